"""Where moto does something else than AWS and a correct client would stumble over it. See also ecs.py and lifecycle.py."""


def install() -> None:
    """Corrects moto's own classes."""
    from moto.iam.models import IAMBackend
    from moto.rds.models import RDSBackend

    RDSBackend.modify_db_subnet_group = modify_db_subnet_group
    IAMBackend.update_role = update_role


def modify_db_subnet_group(self, subnet_name, description, subnets):
    """moto takes the group out of its memory while it changes it, and forgets to put it back."""
    from moto.rds.exceptions import DBSubnetGroupNotFoundError

    if subnet_name not in self.subnet_groups:
        raise DBSubnetGroupNotFoundError(subnet_name)
    group = self.subnet_groups[subnet_name]
    group._subnets = subnets
    if description is not None:
        group.description = description
    return group


def update_role(self, role_name, role_description, max_session_duration):
    """moto empties the description of a role when only its session duration is changed."""
    role = self.get_role(role_name)
    if role_description is not None:
        role.description = role_description
    role.max_session_duration = max_session_duration
    return role
