//! Where a schema means to differ from the facts, and why. An entry that nothing needs any more fails.

/// Type, path, key of the facts, reason.
pub(crate) const EXCEPTIONS: &[(&str, &str, &str, &str)] = &[
    ("aws_ecs_cluster", "", "import", CLIENT),
    ("aws_ecs_cluster", "name", "import", "A name cannot hold a slash; what stands before it is taken for the ARN's."),
    ("aws_ecs_service", "cluster", "import", CLIENT),
    ("aws_iam_role_policy", "", "import", FORM),
    ("aws_lb", "", "import", FORM),
    ("aws_lb_listener", "", "import", FORM),
    ("aws_lb_target_group", "", "import", FORM),
    ("aws_lb_listener", "default_action.redirect.host", "default", REDIRECT),
    ("aws_lb_listener", "default_action.redirect.path", "default", REDIRECT),
    ("aws_lb_listener", "default_action.redirect.port", "default", REDIRECT),
    ("aws_lb_listener", "default_action.redirect.protocol", "default", REDIRECT),
    ("aws_lb_listener", "default_action.redirect.query", "default", REDIRECT),
    ("aws_vpc", "assign_generated_ipv6_cidr_block", "import", "The read that follows tells it."),
    ("data.aws_iam_policy_document", "override_json", "accepts", DOCUMENT),
    ("data.aws_iam_policy_document", "source_json", "accepts", DOCUMENT),
    ("data.aws_iam_policy_document", "override_policy_documents", "allows_empty", DOCUMENT),
    ("data.aws_iam_policy_document", "source_policy_documents", "allows_empty", DOCUMENT),
];

const CLIENT: &str =
    "An import id is read before there is a connection that knows region and account; the read fills in the ARN.";
const FORM: &str = "An id that no object can have is refused at once, with the form that it should have.";
const REDIRECT: &str = "The trial plans had no redirect; Terraform plans these, as the recorded cases show.";
const DOCUMENT: &str = "Checked when the document is put together, so that the message can name the statement.";
