#![expect(clippy::disallowed_methods, reason = "tests write files that nobody has to keep")]
//! Whole commands in this process, each in a folder of its own, with the providers that need no service.

mod console;
mod harness;
mod machine;

use harness::Folder;

const TWO: &str = r#"
variable "word" { default = "one" }
resource "terraform_data" "first" { input = var.word }
resource "terraform_data" "second" { triggers_replace = terraform_data.first.output }
output "word" { value = terraform_data.first.output }
"#;

/// Returns the last line that is not empty.
fn last_line(text: &str) -> &str {
    text.trim_end().lines().last().unwrap_or_default()
}

#[test]
fn what_is_applied_is_settled_and_can_be_destroyed() {
    let folder = Folder::with(TWO);
    let plan = folder.succeed("plan");
    assert!(plan.contains("# terraform_data.first will be created"), "{plan}");
    assert!(plan.contains("\nPlan: 2 to add, 0 to change, 0 to destroy.\n"), "{plan}");
    assert!(last_line(&plan).starts_with("refreshed 0 resources with 0 API calls in "), "{plan}");
    let apply = folder.succeed("apply -auto-approve");
    assert!(apply.contains("\nApply complete! Resources: 2 added, 0 changed, 0 destroyed.\n"), "{apply}");
    assert!(apply.ends_with("\nOutputs:\n\nword = \"one\"\n"), "{apply}");
    assert!(folder.succeed("plan").starts_with("No changes. Your infrastructure matches the configuration.\n"));
    assert_eq!(folder.succeed("output -raw word"), "one");
    assert_eq!(folder.succeed("state list"), "terraform_data.first\nterraform_data.second\n");
    let destroy = folder.succeed("destroy -auto-approve");
    assert!(destroy.ends_with("\nDestroy complete! Resources: 2 destroyed.\n"), "{destroy}");
    assert_eq!(folder.succeed("state list"), "");
}

#[test]
fn exit_codes_tell_of_changes_where_asked() {
    let folder = Folder::with(TWO);
    assert_eq!(folder.run("plan -detailed-exitcode").code, 2);
    folder.succeed("apply -auto-approve");
    assert_eq!(folder.run("plan -detailed-exitcode").code, 0);
    assert_eq!(folder.run("plan -detailed-exitcode -var word=two").code, 2);
    folder.write("main.tf", "resource {");
    assert_eq!(folder.run("plan -detailed-exitcode").code, 1);
}

#[test]
fn a_saved_plan_is_applied_as_it_was_made() {
    let folder = Folder::with(TWO);
    let planned = folder.succeed("plan -out=p -var word=saved");
    assert!(planned.contains("To apply it: wpinfra apply p\n"), "{planned}");
    // Neither the file nor the variable counts any more.
    folder.write("main.tf", "resource {");
    assert!(folder.succeed("show p").contains("Plan: 2 to add"));
    let json: serde_json::Value = serde_json::from_str(&folder.succeed("show -json p")).expect("JSON");
    assert_eq!(json["variables"]["word"]["value"], "saved");
    assert_eq!(json["resource_changes"][0]["change"]["actions"], serde_json::json!(["create"]));
    assert_eq!(json["timestamp"], "2030-01-01T00:00:00Z");
    folder.succeed("apply p");
    assert_eq!(folder.succeed("output -raw word"), "saved");
    assert!(folder.fail("apply p").contains("Error: Saved plan is stale"));
    assert!(folder.fail("apply -var word=x p").contains("Error: Variables with a saved plan"));
    assert!(folder.fail("show main.tf").contains("Error:"));
}

/// An ephemeral variable without and one with a default, both told to a command.
const EPHEMERAL: &str = r#"variable "key" {
  ephemeral = true
}
variable "other" {
  ephemeral = true
  default   = "usual"
}
variable "word" {
  default = "plain"
}
ephemeral "random_password" "p" {
  length = 20
}
resource "terraform_data" "a" {
  input = var.word
  provisioner "local-exec" {
    command = "echo '${var.key} ${var.other} ${terraform.applying}' ${length(ephemeral.random_password.p.result)} > said"
  }
}
"#;

#[test]
fn a_saved_plan_wants_its_ephemeral_values_again_and_does_not_hold_them() {
    let check = |prepare: &str, apply: &str, expected: Result<&str, &str>| {
        let folder = Folder::with(EPHEMERAL);
        folder.write("key.tfvars", "key  = \"canary-file\"\nword = \"without effect\"\n");
        folder.succeed(&format!("plan -out=p {prepare}"));
        let read = |name: &str| std::fs::read_to_string(folder.directory.path().join(name)).unwrap_or_default();
        assert!(!read("p").contains("canary"), "the plan holds the value:\n{}", read("p"));
        match expected {
            Ok(said) => {
                let applied = folder.succeed(&format!("apply {apply} p"));
                assert!(!applied.contains("canary"), "{applied}");
                assert_eq!(read("said"), said, "{prepare}, then {apply}");
                assert!(!read("terraform.tfstate").contains("canary"));
            }
            Err(why) => {
                let errors = folder.fail(format!("apply {apply} p").replace("  ", " ").as_str());
                assert!(errors.contains(why), "{prepare}, then {apply}: {errors}");
            }
        }
    };
    let given = "-var key=canary-1";
    check(given, given, Ok("canary-1 usual true 20\n"));
    check(given, "-var key=canary-2", Ok("canary-2 usual true 20\n"));
    check(given, "-var-file=key.tfvars", Ok("canary-file usual true 20\n"));
    check("-var-file=key.tfvars", given, Ok("canary-1 usual true 20\n"));
    check(given, "", Err("Error: No value for required variable\n --> main.tf:1:1\n"));
    check(
        "-var key=canary-1 -var other=canary-3",
        given,
        Err("Error: No value for required variable\n --> main.tf:4:1\n"),
    );
    check(given, "-var key=canary-1 -var other=z", Err("Error: Ephemeral variable was not given to the plan"));
    check(given, "-var key=canary-1 -var word=plain", Err("Error: Variables with a saved plan"));
    check(given, "-var key=canary-1 -var nonsense=1", Err("Error: Variables with a saved plan"));
}

#[test]
fn an_apply_asks_first() {
    let folder = Folder::with(TWO);
    let refused = folder.answer("apply", Some("no\n"));
    assert_eq!(refused.code, 1);
    assert!(refused.output.ends_with("Apply cancelled.\n"), "{}", refused.output);
    assert_eq!(folder.succeed("state list"), "");
    assert_eq!(folder.run("apply").code, 1, "nobody answers");
    assert!(folder.fail("apply -input=false").contains("Error: Nobody can be asked"));
    assert_eq!(folder.answer("apply", Some("yes\n")).code, 0);
    assert_eq!(folder.answer("destroy", Some("yes\n")).code, 0);
}

#[test]
fn missing_variables_are_asked_for_or_are_errors() {
    let folder = Folder::with(
        "variable \"name\" {\n  description = \"what to call it\"\n}\noutput \"name\" {\n  value = var.name\n}\n",
    );
    let errors = folder.fail("plan");
    assert!(errors.contains("Error: No value for required variable\n --> main.tf:1:1\n"), "{errors}");
    let asked = folder.answer("apply -auto-approve", Some("Ada\n"));
    assert!(asked.output.starts_with("var.name\n  what to call it\n  Enter a value: "), "{}", asked.output);
    assert_eq!(folder.succeed("output -raw name"), "Ada");
    assert!(!folder.answer("plan -input=false", Some("Ada\n")).output.contains("Enter a value"));
}

#[test]
fn the_environment_gives_variables_and_arguments() {
    let mut folder = Folder::with(TWO);
    for (name, value) in [
        ("TF_VAR_word", "from the environment"),
        ("TF_CLI_ARGS_apply", "-auto-approve"),
        ("TF_CLI_ARGS", "-no-color"),
        ("TF_WORKSPACE", "other"),
    ] {
        folder.variables.insert(name.to_owned(), value.to_owned());
    }
    folder.succeed("apply");
    assert_eq!(folder.succeed("output -raw word"), "from the environment");
    assert!(folder.directory.path().join("terraform.tfstate.d/other/terraform.tfstate").exists());
}

#[test]
fn another_directory_can_be_worked_in() {
    let folder = Folder::with("");
    std::fs::create_dir(folder.directory.path().join("net")).expect("a folder");
    folder.write("net/main.tf", TWO);
    folder.succeed("-chdir=net apply -auto-approve");
    assert!(folder.directory.path().join("net/terraform.tfstate").exists());
    assert!(folder.fail("-chdir=nowhere plan").contains("names no directory"));
}

#[test]
fn secrets_are_not_shown() {
    let folder = Folder::with(
        "variable \"secret\" {\n  default = \"canary-1\"\n  sensitive = true\n}\n\
         resource \"terraform_data\" \"a\" {\n  triggers_replace = var.secret\n}\n\
         resource \"random_password\" \"p\" {\n  length = 20\n}\n\
         output \"secret\" {\n  value = \"canary-2 ${var.secret}\"\n  sensitive = true\n}\n\
         output \"password\" {\n  value = random_password.p.result\n  sensitive = true\n}\n",
    );
    let mut shown = String::new();
    for line in [
        "plan",
        "plan -json",
        "plan -out=p",
        "show p",
        "apply -auto-approve",
        "apply -json -auto-approve -var secret=canary-3",
        "output",
        "show",
        "state show terraform_data.a",
        "state show random_password.p",
        "plan -destroy",
        "destroy -auto-approve -json",
    ] {
        shown.push_str(&folder.succeed(line));
        if line.starts_with("apply -auto-approve") {
            let password = folder.succeed("output -raw password");
            assert_eq!(password.len(), 20);
            assert!(!shown.contains(&password), "{shown}");
        }
    }
    assert!(!shown.contains("canary"), "{shown}");
    assert!(shown.contains("(sensitive value)"));
}

#[test]
fn all_mistakes_are_reported_at_once() {
    let folder = Folder::with(
        "resource \"terraform_data\" \"a\" {\n  inputt = 1\n}\nresource \"terraform_dat\" \"b\" {}\noutput \"x\" {\n  value = uper(\"a\")\n}\n",
    );
    let errors = folder.fail("validate");
    for wanted in ["main.tf:2:", "main.tf:4:", "main.tf:6:", "inputt", "terraform_dat", "uper", "did you mean"] {
        assert!(errors.contains(wanted), "{wanted}: {errors}");
    }
    assert!(errors.lines().all(|line| line.chars().count() <= 80), "{errors}");
    let json: serde_json::Value =
        serde_json::from_str(&folder.run("validate -json").output).expect("JSON although there are errors");
    assert_eq!((&json["valid"], json["error_count"].as_u64() >= Some(3)), (&serde_json::json!(false), true));
}

#[test]
fn the_state_can_be_changed_by_hand() {
    let folder = Folder::with(TWO);
    folder.succeed("apply -auto-approve");
    folder.succeed("taint terraform_data.second");
    assert!(folder.succeed("plan").contains("# terraform_data.second must be replaced: it is tainted\n"));
    folder.succeed("untaint terraform_data.second");
    assert!(folder.fail("untaint terraform_data.second").contains("Error: Object is not tainted"));
    folder.succeed("state mv terraform_data.second terraform_data.renamed[0]");
    assert_eq!(folder.succeed("state list terraform_data.renamed"), "terraform_data.renamed[0]\n");
    assert!(folder.succeed("state show terraform_data.renamed[0]").starts_with("# terraform_data.renamed[0]:\n"));
    folder.succeed("state rm terraform_data.renamed");
    assert!(folder.fail("state rm terraform_data.renamed").contains("Error: Nothing at that address"));
    assert_eq!(folder.succeed("state list"), "terraform_data.first\n");
    let pulled = folder.succeed("state pull");
    folder.write("copy.tfstate", &pulled);
    folder.succeed("state push copy.tfstate");
    assert_eq!(folder.succeed("state list"), "terraform_data.first\n");
}

#[test]
fn commands_without_a_state_say_so() {
    let folder = Folder::with(TWO);
    assert!(folder.succeed("show").starts_with("The state is empty"));
    assert!(folder.succeed("output").contains("Warning: No outputs found"));
    assert!(folder.fail("output word").contains("Error: Output not found"));
    assert!(folder.fail("taint terraform_data.first").contains("Error: No such instance"));
    assert!(folder.succeed("init -upgrade -backend=false").starts_with("Nothing to initialize"));
    assert!(folder.succeed("graph").contains("\"terraform_data.second\" -> \"terraform_data.first\""));
    assert!(folder.fail("import terraform_data.third x").contains("Error: No configuration for the object to import"));
}
