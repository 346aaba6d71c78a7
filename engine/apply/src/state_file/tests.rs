use super::*;

const MANY_KINDS: &str = include_str!("../../tests/recorded/many-kinds.tfstate");
const DEPOSED: &str = include_str!("../../tests/recorded/deposed.tfstate");

/// What Terraform has written is read and written back without the change of a byte.
#[test]
fn terraforms_own_files_survive_a_round_trip() {
    for text in [MANY_KINDS, DEPOSED] {
        let file = parse(text, "terraform.tfstate").expect("Terraform wrote it");
        similar_asserts(&print(&file), text);
        assert!(file.extras.is_empty(), "{:?}", file.extras);
    }
}

fn similar_asserts(printed: &str, wanted: &str) {
    for (number, (printed, wanted)) in printed.lines().zip(wanted.lines()).enumerate() {
        assert_eq!(printed, wanted, "line {}", number + 1);
    }
    assert_eq!(printed.len(), wanted.len());
}

#[test]
fn deposed_and_tainted_objects_are_told_apart() {
    let file = parse(DEPOSED, "f").expect("readable");
    let objects: Vec<_> =
        file.state.objects().map(|(address, deposed, _)| (address.to_string(), deposed.is_some())).collect();
    assert_eq!(objects, [("terraform_data.cbd".to_owned(), false), ("terraform_data.cbd".to_owned(), true)]);
    let file = parse(MANY_KINDS, "f").expect("readable");
    let tainted =
        file.state.objects().filter(|(_, _, object)| object.status == wpinfra_core::state::ObjectStatus::Tainted);
    assert_eq!(tainted.map(|(address, ..)| address.to_string()).collect::<Vec<_>>(), ["terraform_data.bad"]);
}

#[test]
fn unknown_fields_are_kept() {
    let text = r#"{
  "version": 4,
  "terraform_version": "1.11.4",
  "serial": 3,
  "lineage": "l",
  "outputs": {},
  "resources": [
    {
      "mode": "managed",
      "type": "a_b",
      "name": "c",
      "provider": "provider[\"registry.terraform.io/hashicorp/a\"].west",
      "instances": [
        {
          "index_key": 0,
          "schema_version": 2,
          "attributes": {
            "id": "x",
            "size": 1.50
          },
          "sensitive_attributes": [
            [
              {
                "type": "get_attr",
                "value": "list"
              },
              {
                "type": "index",
                "value": {
                  "value": 0,
                  "type": "number"
                }
              }
            ]
          ],
          "identity_schema_version": 7,
          "identity": {
            "arn": "x"
          },
          "private": "bnVsbA==",
          "dependencies": [
            "data.a_d.e",
            "module.m.a_b.c"
          ],
          "later": {
            "x": [
              1,
              12345678901234567890123
            ]
          }
        }
      ],
      "of_resource": 1
    }
  ],
  "check_results": null,
  "of_file": true
}
"#;
    similar_asserts(&print(&parse(text, "f").expect("readable")), text);
}

#[test]
fn older_spellings_are_read() {
    let text = r#"{"version": 4, "terraform_version": "0.12.31", "serial": 1, "lineage": "l", "outputs": {}, "resources": [
      {"module": "module.a", "mode": "managed", "type": "aws_vpc", "name": "v", "each": "list", "provider": "module.a.provider.aws.west",
       "instances": [{"index_key": 1, "schema_version": 1, "attributes": {"id": "vpc-1"}, "depends_on": ["aws_vpc.w"]}]}]}"#;
    let file = parse(text, "f").expect("readable");
    let (address, resource) = file.state.resources.first_key_value().expect("one");
    assert_eq!(address.to_string(), "module.a.aws_vpc.v");
    assert_eq!(resource.provider.to_string(), "module.a.provider[\"registry.terraform.io/hashicorp/aws\"].west");
    let (_, _, object) = file.state.objects().next().expect("one");
    assert_eq!(object.dependencies.iter().map(ToString::to_string).collect::<Vec<_>>(), ["aws_vpc.w"]);
    assert!(file.extras.is_empty());
}

#[test]
fn broken_files_say_what_and_where() {
    let cut = &MANY_KINDS[..MANY_KINDS.len() / 2];
    check_broken(cut, "State file is cut off", "ends in the middle");
    check_broken("version: 4", "State file is damaged", "line 1, is not JSON");
    check_broken("[]", "State file is damaged", "not a JSON object");
    check_broken("{}", "State file is damaged", "no format version");
    check_broken(
        r#"{"version": 5, "terraform_version": "2.0.0"}"#,
        "State file has a newer format",
        "version 5 (written by version 2.0.0)",
    );
    check_broken(
        r#"{"version": 3, "terraform_version": "0.11.1"}"#,
        "State file has an old format",
        "apply -refresh-only",
    );
    check_broken(
        r#"{"version": 4, "resources": [{"mode": "x"}]}"#,
        "State file is damaged",
        "resources[0].mode should be \"managed\"",
    );
    check_broken(
        r#"{"version": 4, "resources": [{"mode": "data", "type": "a", "name": "b", "provider": "provider[\"x\"]", "instances": [{"index_key": {}}]}]}"#,
        "State file is damaged",
        "resources[0].instances[0].index_key should be a whole number or a text",
    );
}

fn check_broken(text: &str, summary: &str, detail: &str) {
    let problem = parse(text, "some.tfstate").expect_err(text);
    assert_eq!(problem.summary, summary);
    assert!(problem.detail.contains(detail) && problem.detail.contains("some.tfstate"), "{}", problem.detail);
}

#[test]
fn the_place_of_a_cut_is_its_last_line() {
    let problem = parse("{\n  \"version\": 4,\n  \"ser", "f").expect_err("cut");
    let range = problem.subject.expect("has a place");
    assert_eq!((range.start.line, range.start.byte), (3, 23));
}

/// Every prefix of a state file is refused, and never taken for a state.
#[test]
fn no_prefix_of_a_file_passes_for_a_state() {
    for end in (1..DEPOSED.trim_end().len()).filter(|&end| DEPOSED.is_char_boundary(end)) {
        assert!(parse(&DEPOSED[..end], "f").is_err(), "the first {end} bytes");
    }
}
