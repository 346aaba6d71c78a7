//! The console, its answers compared with those that `recorded/record_console.py` had from Terraform.

use crate::harness::Folder;

/// What Terraform answers without a plan and we deliberately do not, each with the reason.
const DIFFERENCES: &[(&str, &str)] =
    &[("type(terraform_data.later)", "what is not in the state yet has the type that its schema says, not none")];

/// One line of the input with how Terraform ended and what it printed.
struct Case {
    input: String,
    code: u8,
    output: String,
}

fn cases(recorded: &str) -> Vec<Case> {
    let one = |text: &str| {
        let (input, rest) = text.split_once("\n= ").expect("a code follows the input");
        let (code, output) = rest.split_once('\n').expect("the output follows the code");
        let is_several = input.starts_with("1\\n") || input.starts_with("\\n");
        let input = if is_several { input.replace("\\n", "\n") } else { input.to_owned() };
        Case { input, code: code.parse().expect("a number"), output: output.to_owned() }
    };
    format!("\n{recorded}").split("\n> ").skip(1).map(|text| one(&format!("{text}\n"))).collect()
}

fn recorded_folder() -> Folder {
    let folder = Folder::with(include_str!("../recorded/console/main.tf"));
    std::fs::create_dir(folder.directory.path().join("inner")).expect("a folder");
    folder.write("inner/inner.tf", include_str!("../recorded/console/inner/inner.tf"));
    folder.write("terraform.tfstate", include_str!("../recorded/console/terraform.tfstate"));
    folder
}

fn compare(line: &str, recorded: &str, differences: &[(&str, &str)]) {
    let folder = recorded_folder();
    let all = cases(recorded);
    assert!(all.len() > 90, "the file is cut");
    let mut wrong = Vec::new();
    for case in &all {
        let ended = folder.answer(line, Some(&format!("{}\n", case.input)));
        // Terraform prints only the result of the last line, and nothing at all before "exit" or an error.
        let same = ended.code == case.code && ended.output.trim_end().ends_with(case.output.trim_end());
        let is_single = !case.input.contains('\n');
        let exact = !is_single || ended.output.trim_end() == case.output.trim_end();
        if (same && exact) == differences.iter().any(|(input, _)| *input == case.input) {
            wrong.push(format!(
                "> {}\nterraform: {} {}wpinfra: {} {}{}",
                case.input, case.code, case.output, ended.code, ended.output, ended.errors
            ));
        }
    }
    assert!(wrong.is_empty(), "{} of {} differ:\n{}", wrong.len(), all.len(), wrong.join("\n"));
}

#[test]
fn answers_from_the_state_are_those_of_terraform() {
    compare("console", include_str!("../recorded/console/state.txt"), DIFFERENCES);
}

#[test]
fn answers_from_a_plan_are_those_of_terraform() {
    compare("console -plan -var=name=y", include_str!("../recorded/console/plan.txt"), &[]);
}

#[test]
fn lines_are_answered_one_by_one_until_the_first_error() {
    let folder = Folder::with("locals {\n  a = 1\n}\n");
    let ended =
        folder.answer("console", Some("local.a\n\n  \n[\n  1, # one\n]\nupper(<<-EOT\n  x\n  EOT\n)\n\"last\""));
    assert_eq!((ended.code, ended.errors.as_str()), (0, ""));
    assert_eq!(ended.output, "1\n[\n  1,\n]\n<<EOT\nX\n\nEOT\n\"last\"\n");
    let ended = folder.answer("console", Some("local.a\nlocal.b\nlocal.a\n"));
    assert_eq!((ended.code, ended.output.as_str()), (1, "1\n"));
    assert!(
        ended.errors.contains("Error: Reference to undeclared local value\n --> <console-input>:1:1"),
        "{}",
        ended.errors
    );
    assert!(ended.errors.contains("did you mean \"a\"?"), "{}", ended.errors);
    let ended = folder.answer("console", Some("[\n1,\n"));
    assert_eq!((ended.code, ended.output.as_str()), (1, ""));
    let ended = folder.answer("console", Some("local.a\nexit\nlocal.b\n"));
    assert_eq!((ended.code, ended.output.as_str(), ended.errors.as_str()), (0, "1\n", ""));
}

#[test]
fn another_state_can_be_named() {
    let folder = recorded_folder();
    std::fs::rename(folder.directory.path().join("terraform.tfstate"), folder.directory.path().join("other.tfstate"))
        .expect("renamed");
    let of = |line: &str| folder.answer(line, Some("terraform_data.one.output\n")).output;
    assert_eq!(of("console"), "(known after apply)\n");
    assert_eq!(of("console -state=other.tfstate"), "\"x\"\n");
    assert!(!folder.directory.path().join("terraform.tfstate").exists(), "nothing is written");
}

#[test]
fn a_console_needs_no_sound_configuration_and_none_at_all() {
    let folder = Folder::with("locals {\n  ok = 1\n}\nresource \"terraform_data\" \"a\" {\n  input = var.nothing\n}\n");
    let ended = folder.answer("console", Some("local.ok\n"));
    assert_eq!((ended.code, ended.output.as_str()), (0, "1\n"));
    assert!(ended.errors.contains("var.nothing") && ended.errors.contains("The configuration has errors"));
    folder.write("main.tf", "locals {\n");
    assert_eq!(folder.answer("console", Some("1\n")).code, 1);
    std::fs::remove_file(folder.directory.path().join("main.tf")).expect("removed");
    assert_eq!(folder.answer("console", Some("1 + 1\n")).output, "2\n");
    assert!(folder.succeed("validate").contains("The configuration is valid."));
    assert!(folder.fail("plan").contains("Error: No configuration files"));
    folder.succeed("destroy -auto-approve");
}
