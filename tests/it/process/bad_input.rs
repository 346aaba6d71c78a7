//! Bad configurations: each is refused with file, line, cause and remedy, before anything is touched.

use wpinfra_tests::{Cloud, Workspace};

use super::{VPC, refused};

/// Plans a configuration that needs no cloud, and checks what is said.
fn check(configuration: &str, says: &[&str]) {
    let workspace = Workspace::new().main(configuration);
    refused(&workspace, None, &["plan", "-input=false", "-no-color"], says);
}

#[test]
fn two_syntax_errors_in_one_file_are_both_reported() {
    let text = "resource \"terraform_data\" \"a\" {\n  input = [1, 2\n}\n\nresource \"terraform_data\" \"b\" {\n  input = 1 +\n}\n\nresource \"terraform_data\" \"c\" {\n}\n";
    let workspace = Workspace::new().main(text);
    let outcome = refused(&workspace, None, &["plan", "-input=false", "-no-color"], &["main.tf", "Error"]);
    let flat = outcome.flat();
    let names_line =
        |line: usize| flat.contains(&format!("main.tf:{line}")) || flat.contains(&format!("main.tf line {line}"));
    assert!((2..=3).any(names_line), "the first error is located:\n{}", outcome.text());
    assert!((6..=7).any(names_line), "the second error is located:\n{}", outcome.text());
}

#[test]
fn unknown_block() {
    check("resourse \"terraform_data\" \"a\" {\n}\n", &["main.tf", "resourse", "did you mean", "resource"]);
}

#[test]
fn unknown_argument() {
    check("resource \"terraform_data\" \"a\" {\n  imput = 1\n}\n", &["main.tf", "imput", "did you mean", "input"]);
}

#[test]
fn unknown_function() {
    check("output \"a\" {\n  value = uper(\"a\")\n}\n", &["main.tf", "uper", "did you mean", "upper"]);
}

#[test]
fn unknown_resource_type() {
    check("resource \"aws_vpcc\" \"a\" {\n}\n", &["main.tf", "aws_vpcc", "did you mean", "aws_vpc"]);
}

#[test]
fn undeclared_reference() {
    let text = "variable \"name\" {\n  default = \"a\"\n}\noutput \"a\" {\n  value = var.nane\n}\n";
    check(text, &["main.tf", "nane", "did you mean", "name"]);
    check("output \"a\" {\n  value = terraform_data.b.id\n}\n", &["main.tf", "terraform_data", "b"]);
}

#[test]
fn wrong_type() {
    check("resource \"random_integer\" \"a\" {\n  min = \"one\"\n  max = 5\n}\n", &["main.tf", "min", "number"]);
}

#[test]
fn missing_required_argument() {
    check("resource \"random_integer\" \"a\" {\n  min = 1\n}\n", &["main.tf", "max", "required"]);
}

#[test]
fn missing_required_variable() {
    let text = "variable \"name\" {\n  type = string\n}\noutput \"a\" {\n  value = var.name\n}\n";
    check(text, &["main.tf", "name", "-var"]);
}

#[test]
fn cycles_name_their_members() {
    let text = "resource \"terraform_data\" \"a\" {\n  input = terraform_data.b.output\n}\n\nresource \"terraform_data\" \"b\" {\n  input = terraform_data.a.output\n}\n";
    check(text, &["ycle", "terraform_data.a", "terraform_data.b"]);
}

#[test]
fn duplicate_block() {
    let block = "resource \"terraform_data\" \"a\" {\n}\n";
    check(&format!("{block}{block}"), &["main.tf", "terraform_data", "uplicate"]);
}

#[test]
fn count_together_with_for_each() {
    let text = "resource \"terraform_data\" \"a\" {\n  count    = 1\n  for_each = toset([\"a\"])\n}\n";
    check(text, &["main.tf", "count", "for_each"]);
}

#[test]
fn unknown_keys_of_for_each() {
    let text = "resource \"terraform_data\" \"a\" {\n}\n\nresource \"terraform_data\" \"b\" {\n  for_each = toset([terraform_data.a.id])\n}\n";
    check(text, &["main.tf", "for_each", "known"]);
}

#[test]
fn invalid_cidr() {
    let cloud = Cloud::take();
    for wrong in ["10.0.0.0/33", "10.0.0.1/16", "ten"] {
        let workspace = Workspace::on(&cloud).main(&VPC.replace("10.0.0.0/16", wrong));
        let says = ["main.tf", "cidr_block", wrong, "10.0.0.0/16"];
        refused(&workspace, Some(&cloud), &["plan", "-input=false", "-no-color"], &says);
        assert_eq!(cloud.calls(), 0, "nobody asks AWS about that");
    }
    check(
        "output \"a\" {\n  value = cidrsubnet(\"10.0.0.0/33\", 1, 0)\n}\n",
        &["main.tf", "cidrsubnet", "10.0.0.0/33"],
    );
}

#[test]
fn prevent_destroy_stops_destroy_and_replacement() {
    let cloud = Cloud::take();
    let guarded = VPC.replace("}\n", "  lifecycle {\n    prevent_destroy = true\n  }\n}\n");
    let workspace = Workspace::on(&cloud).main(&guarded);
    workspace.apply(&[]);
    let says = ["main.tf", "aws_vpc.main", "prevent_destroy"];
    refused(&workspace, Some(&cloud), &["destroy", "-auto-approve", "-input=false", "-no-color"], &says);
    workspace.write("main.tf", &guarded.replace("10.0.0.0", "10.1.0.0"));
    refused(&workspace, Some(&cloud), &["plan", "-input=false", "-no-color"], &says);
    workspace.write("main.tf", VPC);
    workspace.destroy(&[]);
}

#[test]
fn unknown_flags_and_commands_are_named() {
    let workspace = Workspace::new().main("");
    for (arguments, says) in [(&["plan", "-ouy=x"][..], "-ouy"), (&["aply"][..], "aply")] {
        let outcome = workspace.run(arguments);
        assert_eq!(outcome.code, 1, "{arguments:?}: {}", outcome.text());
        outcome.must_say(&[says]);
    }
}

#[test]
fn an_error_shows_the_line_that_it_is_about() {
    let text = "# a comment\n\nresource \"terraform_data\" \"a\" {\n  imput = \"marked\"\n}\n";
    let workspace = Workspace::new().main(text);
    let outcome = refused(&workspace, None, &["validate", "-no-color"], &["main.tf", "imput = \"marked\""]);
    assert!(outcome.flat().contains("main.tf:4") || outcome.flat().contains("line 4"), "{}", outcome.text());
}
