//! AWS that refuses, cannot be reached, or does not know us.

use serde_json::json;
use wpinfra_tests::{Cloud, Workspace};

use super::{VPC, refused};

const APPLY: &[&str] = &["apply", "-auto-approve", "-input=false", "-no-color"];

#[test]
fn a_refusal_is_told_with_message_operation_and_request_id() {
    let cloud = Cloud::take();
    let workspace = Workspace::on(&cloud).main(VPC);
    cloud.faults(&json!([{
        "action": "ec2:CreateVpc", "kind": "error", "times": -1,
        "code": "VpcLimitExceeded", "message": "The maximum number of VPCs has been reached.",
    }]));
    let outcome = workspace.run(APPLY);
    assert_eq!(outcome.code, 1, "{}", outcome.text());
    outcome.must_say(&[
        "aws_vpc.main",
        "CreateVpc",
        "VpcLimitExceeded",
        "The maximum number of VPCs has been reached.",
    ]);
    assert!(outcome.text().to_lowercase().contains("request id"), "{}", outcome.text());
    assert_eq!(cloud.inventory(), json!({}));
    cloud.faults(&json!([]));
    workspace.apply(&[]);
    workspace.destroy(&[]);
}

#[test]
fn a_denied_call_says_so() {
    let cloud = Cloud::take();
    let workspace = Workspace::on(&cloud).main(VPC);
    cloud.faults(&json!([{"action": "ec2:CreateVpc", "kind": "deny", "times": -1}]));
    let outcome = workspace.run(APPLY);
    assert_eq!(outcome.code, 1, "{}", outcome.text());
    outcome.must_say(&["aws_vpc.main", "CreateVpc"]);
    assert_eq!(cloud.inventory(), json!({}));
}

#[test]
fn expired_credentials() {
    let cloud = Cloud::take();
    let workspace = Workspace::on(&cloud).main(VPC);
    workspace.apply(&[]);
    cloud.faults(&json!([{"action": ".", "kind": "expired", "times": -1}]));
    refused(&workspace, Some(&cloud), &["plan", "-input=false", "-no-color"], &["xpired"]);
    cloud.faults(&json!([]));
    workspace.destroy(&[]);
}

#[test]
fn no_credentials() {
    let cloud = Cloud::take();
    let workspace = Workspace::on(&cloud).main(VPC).without("AWS_ACCESS_KEY_ID").without("AWS_SECRET_ACCESS_KEY");
    refused(&workspace, Some(&cloud), APPLY, &["credentials", "AWS_ACCESS_KEY_ID"]);
}

#[test]
fn nobody_answers() {
    // A port that was free a moment ago: the listener is gone when the program asks.
    let free = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    let port = free.local_addr().expect("an address").port();
    drop(free);
    let workspace = Workspace::new()
        .main(VPC)
        .with("AWS_ENDPOINT_URL", &format!("http://127.0.0.1:{port}"))
        .with("AWS_ACCESS_KEY_ID", "test")
        .with("AWS_SECRET_ACCESS_KEY", "test")
        .with("AWS_REGION", "ap-northeast-1");
    let outcome = workspace.run(APPLY);
    assert_eq!(outcome.code, 1, "{}", outcome.text());
    outcome.must_say(&["ec2:CreateVpc", "cannot be reached", "network"]);
}

#[test]
fn a_secret_reaches_no_output() {
    let canary = "canary-7f3a9c41";
    let cloud = Cloud::take();
    let text = "variable \"secret\" {\n  sensitive = true\n}\n\nresource \"aws_iam_role\" \"a\" {\n  name = \"a\"\n  description = var.secret\n  assume_role_policy = jsonencode({ Version = \"2012-10-17\", Statement = [{ Effect = \"Allow\", Action = \"sts:AssumeRole\", Principal = { Service = \"ecs.amazonaws.com\" } }] })\n}\n\nresource \"aws_cloudwatch_log_group\" \"b\" {\n  name = \"b\"\n  tags = { a = \"${var.secret} and more\" }\n}\n\nresource \"terraform_data\" \"d\" {\n  input = { a = var.secret }\n}\n\noutput \"c\" {\n  value     = var.secret\n  sensitive = true\n}\n";
    let workspace = Workspace::on(&cloud).main(text).with("TF_VAR_secret", canary);
    let mut said = String::new();
    for arguments in [
        &["plan", "-input=false", "-out=p.tfplan"][..],
        &["show", "p.tfplan"],
        APPLY,
        &["show"],
        &["output"],
        &["state", "show", "aws_iam_role.a"],
        &["state", "show", "aws_cloudwatch_log_group.b"],
        &["state", "show", "terraform_data.d"],
        &["plan", "-input=false", "-var=secret=canary-7f3a9c41-2"],
    ] {
        let outcome = workspace.run(arguments);
        assert_eq!(outcome.code, 0, "{arguments:?}: {}", outcome.text());
        said += &outcome.text();
    }
    cloud.faults(&json!([{"action": "iam:(UpdateRole|UpdateRoleDescription)", "kind": "error", "times": -1, "code": "Nope", "message": "no"}]));
    said += &workspace.run(&["apply", "-auto-approve", "-input=false", "-var=secret=canary-7f3a9c41-3"]).text();
    cloud.faults(&json!([]));
    said += &workspace.destroy(&[]);
    assert!(!said.contains(canary), "the secret is printed:\n{said}");
    assert!(said.contains("(sensitive value)"), "something stands in its place:\n{said}");
}

#[test]
fn an_ephemeral_password_reaches_the_service_and_nothing_else() {
    let canary = "canary-5d20b7e8";
    let cloud = Cloud::take();
    let database = |version: u32| {
        format!(
            "variable \"secret\" {{\n  ephemeral = true\n}}\n\nresource \"aws_db_instance\" \"a\" {{\n  identifier = \"a\"\n  engine = \"mysql\"\n  engine_version = \"8.0\"\n  instance_class = \"db.t3.micro\"\n  allocated_storage = 20\n  username = \"app\"\n  password_wo = var.secret\n  password_wo_version = {version}\n  skip_final_snapshot = true\n  apply_immediately = true\n}}\n"
        )
    };
    let workspace = Workspace::on(&cloud).main(&database(1)).with("TF_VAR_secret", canary);
    let mut said = String::new();
    for arguments in [&["plan", "-input=false", "-out=p.tfplan"][..], &["apply", "-input=false", "p.tfplan"], &["show"]]
    {
        let outcome = workspace.run(arguments);
        assert_eq!(outcome.code, 0, "{arguments:?}: {}", outcome.text());
        said += &outcome.text();
    }
    workspace.must_be_settled(&[]);
    workspace.write("main.tf", &database(2));
    said += &workspace.apply(&[]);
    assert!(!said.contains(canary), "the secret is printed:\n{said}");
    for name in workspace.files() {
        let text = workspace.read(&name).unwrap_or_default();
        assert!(!text.contains(canary), "the secret is in {name}:\n{text}");
    }
    let attributes = &workspace.state()["resources"][0]["instances"][0]["attributes"];
    assert_eq!(attributes["password_wo"], json!(null));
    assert_eq!(attributes["password_wo_version"], json!(2));
    workspace.destroy(&[]);
}
