// A comment.
text = <<-EOT
    indented
      more
    EOT
/* another */
object = {
  a    = "x"
  list = [1, 2,
  3]
}
escaped    = "tab\tquote\"dollar$${x}percent%%{y}\u00e9"
negative   = -5.25 # yet another
undeclared = true
