# Templates: trimming, directives, heredocs with and without indentation, escapes.
locals {
  names = ["a", "b"]
  empty = []
}
output "trim" { value = "x ${~ "y" ~} z" }
output "for" { value = "%{ for n in local.names }[${n}]%{ endfor }" }
output "for_index" { value = "%{ for i, n in local.names ~} ${i}${n} %{~ endfor }" }
output "if" { value = "%{ if length(local.empty) == 0 }none%{ else }some%{ endif }" }
output "nested" { value = "${"${"in"}ner"}-${upper("x${"y"}")}" }
output "heredoc" {
  value = <<EOT
plain ${1 + 1}
  indented
%{ for n in local.names ~}
- ${n}
%{ endfor ~}
"quoted" \n stays $${literal} %%{literal}
EOT
}
output "indented" {
  value = <<-EOT
      six
        eight
    four
    %{ if true }
    shown
    %{ endif }
    EOT
}
output "indented_trim" {
  value = <<-EOT
    a
    %{~ for n in local.names ~}
    ${n},
    %{~ endfor ~}
    z
  EOT
}
output "blank_lines" {
  value = <<-EOT

    one

      two
    	tab
  EOT
}
output "empty_heredoc" {
  value = <<EOT
EOT
}
output "in_call" {
  value = upper(<<-A
    x
    A
  )
}
output "list_of_heredocs" {
  value = [<<-A
    x
    A
    , <<-B
      y
    B
    ]
}
output "single" { value = "${local.names}" }
output "single_number" { value = "${5}" }
output "number_in_text" { value = "${1.50}|${1e3}|${true}|${0.1 + 0.2}|${1 / 3}" }
output "escapes" { value = "\t\"\\\u00e9\U0001F600\r\n" }
output "dollar" { value = "$ $$ $x $${x} %{ if true }%% %{ endif }%" }
