//! What command lines mean.

use super::*;
use crate::environment::Environment;

fn parsed(line: &str) -> Result<Parsed, String> {
    let words: Vec<String> = line.split(' ').map(str::to_owned).collect();
    parse(&Environment::for_tests(&words)).map_err(|not| match not {
        NotParsed::Shown(text) | NotParsed::Wrong(text) => text,
    })
}

#[test]
fn plan_takes_terraforms_flags() {
    let line = "wpinfra -chdir=net plan -out=p -var a=1 -var-file f.tfvars -var b=2 -target=x.y -target z.w -lock=false \
                -lock-timeout=1m30s -refresh=false -input=false -detailed-exitcode -no-color -parallelism=5 -destroy";
    let parsed = parsed(line).expect("understood");
    assert_eq!(parsed.arguments.chdir.as_deref(), Some(std::path::Path::new("net")));
    assert!(parsed.arguments.no_color);
    let Command::Plan(plan) = parsed.arguments.command else { panic!("a plan") };
    assert_eq!(plan.planning.target, ["x.y", "z.w"]);
    assert_eq!((plan.state.lock, plan.state.lock_timeout.as_secs()), (false, 90));
    assert_eq!((plan.planning.refresh, plan.variables.input), (false, Some(false)));
    assert!(plan.detailed_exitcode && plan.planning.destroy);
    let file = VariableArgument::File("f.tfvars".to_owned());
    let variable = |text: &str| VariableArgument::Variable(text.to_owned());
    assert_eq!(parsed.variables, [variable("a=1"), file, variable("b=2")]);
}

#[test]
fn mistakes_get_a_suggestion() {
    for (line, wanted) in [
        ("wpinfra plam", "'plan'"),
        ("wpinfra plan -tarket=x", "--target"),
        ("wpinfra plan -refresh=perhaps", "true or false is expected"),
        ("wpinfra state lst", "'list'"),
        ("wpinfra plan -lock-timeout=soon", "is no duration"),
    ] {
        let text = parsed(line).err().expect(line);
        assert!(text.starts_with("Error:") && text.contains(wanted), "{line}: {text}");
    }
}

#[test]
fn every_command_has_sound_definitions() {
    Arguments::command().debug_assert();
}

#[test]
fn init_accepts_what_terraform_accepts() {
    let line = "wpinfra init -upgrade -backend=false -reconfigure -input=false -backend-config=a=b -lockfile=readonly -no-color";
    assert!(matches!(parsed(line).expect("understood").arguments.command, Command::Init(_)));
}
