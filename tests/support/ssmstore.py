"""
A parameter store in memory, as strict as the real one where Moto is not.

What it refuses, and with which code, follows CONTRACTS, section 1. It knows the operations of
OPERATIONS and nothing of HTTP: `call(operation, body)` takes and returns the JSON of the wire.
The other methods are for tests, which act behind the back of the program under test: `put`,
`value`, `version`, `label`, `deny_decrypt`.
"""

import base64
import hashlib
import random
import re
import secrets
import threading
import time

REGION, ACCOUNT = "us-east-1", "123456789012"
ARN_PREFIX = f"arn:aws:ssm:{REGION}:{ACCOUNT}:parameter"
NAME_MAX = 1011 - len(ARN_PREFIX) - 1
LEVELS_MAX = 15
VERSIONS_KEPT = 100
VALUE_MAX = {"Standard": 4096, "Advanced": 8192}
TYPES = ("String", "StringList", "SecureString")
BATCH_MAX = 10
PAGE_MAX = {"GetParametersByPath": 10, "GetParameterHistory": 50}

# Operation -> the members of its request; True: required. Types as the wire has them.
OPERATIONS = {
    "GetParameter": {"Name": (str, True), "WithDecryption": (bool, False)},
    "GetParameters": {"Names": (list, True), "WithDecryption": (bool, False)},
    "GetParametersByPath": {"Path": (str, True), "Recursive": (bool, False),
                            "WithDecryption": (bool, False), "ParameterFilters": (list, False),
                            "MaxResults": (int, False), "NextToken": (str, False)},
    "GetParameterHistory": {"Name": (str, True), "WithDecryption": (bool, False),
                            "MaxResults": (int, False), "NextToken": (str, False)},
    "PutParameter": {"Name": (str, True), "Value": (str, True), "Type": (str, False),
                     "KeyId": (str, False), "Overwrite": (bool, False),
                     "Description": (str, False), "AllowedPattern": (str, False),
                     "Tags": (list, False), "Tier": (str, False), "DataType": (str, False)},
    "DeleteParameter": {"Name": (str, True)},
    "DeleteParameters": {"Names": (list, True)},
}


class AwsError(Exception):
    """A refusal: the code of `__type` and the message, None where the service sends none."""

    def __init__(self, code, message=None):
        super().__init__(code, message)
        self.code, self.message = code, message


def invalid(message):
    return AwsError("ValidationException", message)


class Version:
    """One version of a parameter: what history shows."""

    def __init__(self, number, value, body, tier):
        self.number, self.value, self.tier = number, value, tier
        self.description = body.get("Description")
        self.allowed_pattern = body.get("AllowedPattern")
        self.data_type = body.get("DataType", "text")
        self.key_id = body.get("KeyId", "alias/aws/ssm")
        self.modified = round(time.time(), 3)
        self.labels = set()


class Parameter:
    def __init__(self, name, kind):
        self.name, self.kind, self.versions = name, kind, []

    @property
    def latest(self):
        return self.versions[-1]

    def select(self, selector):
        for version in self.versions:
            if not selector and version is self.latest:
                return version
            if selector and (selector == str(version.number) or selector in version.labels):
                return version
        raise AwsError("ParameterVersionNotFound",
                       f"Systems Manager could not find version {selector} of {self.name}.")


class ParameterStore:
    """
    page_sizes   sizes of the next pages, used in turn (0: an empty page with a token); when they
                 are used up, pages are full again
    shuffle(s)   from now on, page sizes and the order inside a reply are at random, seeded by s
    """

    def __init__(self):
        self.page_sizes = []
        self._random = None
        self._parameters = {}
        self._tokens = {}
        self._undecryptable = {}
        self._lock = threading.RLock()

    # --- for tests ---

    def put(self, name, value, kind="SecureString", **members):
        """Writes as another client would, over what is there; returns the version."""
        body = {"Name": name, "Value": value, "Overwrite": True, "Type": kind, **members}
        return self.call("PutParameter", body)["Version"]

    def load(self, values, kind="SecureString"):
        """Writes many: a dict of names and values."""
        for name, value in values.items():
            self.put(name, value, kind)

    def value(self, name):
        """The latest value, None where there is no such parameter."""
        found = self._parameters.get(_identity(name))
        return found.latest.value if found else None

    def version(self, name):
        found = self._parameters.get(_identity(name))
        return found.latest.number if found else 0

    def names(self):
        return sorted(parameter.name for parameter in self._parameters.values())

    def remove(self, name):
        self.call("DeleteParameter", {"Name": name})

    def label(self, name, label, version=None):
        """Puts a label on a version (the latest by default), taking it off any other."""
        parameter = self._find(name)
        for old in parameter.versions:
            old.labels.discard(label)
        parameter.select(str(version) if version else None).labels.add(label)

    def deny_decrypt(self, name, code="AccessDeniedException", message=None):
        """From now on no call may decrypt this parameter; code None takes it back."""
        text = message or ("The ciphertext refers to a customer master key that does not exist, "
                           "does not exist in this region, or you are not allowed to access.")
        self._undecryptable[_identity(name)] = AwsError(code, text) if code else None

    def shuffle(self, seed=1):
        self._random = random.Random(seed)

    # --- the service ---

    def call(self, operation, body):
        """One request; raises AwsError."""
        if operation not in OPERATIONS:
            raise AwsError("UnknownOperationException")
        _check_members(operation, body)
        with self._lock:
            return getattr(self, f"_{operation}")(body)

    def _GetParameter(self, body):
        name, selector = _split_selector(body["Name"])
        parameter = self._find(name)
        return {"Parameter": self._shown(parameter, parameter.select(selector), body, selector)}

    def _GetParameters(self, body):
        found, missing = [], []
        for asked in _checked_batch(body["Names"]):
            name, selector = _split_selector(asked)
            try:
                parameter = self._find(name)
                found.append(self._shown(parameter, parameter.select(selector), body, selector))
            except AwsError as error:
                if error.code not in ("ParameterNotFound", "ParameterVersionNotFound"):
                    raise
                missing.append(asked)
        return {"Parameters": self._ordered(found), "InvalidParameters": missing}

    def _GetParametersByPath(self, body):
        folder = _checked_path(body["Path"]) + "/"
        recursive = body.get("Recursive", False)
        accepts = _filter_of(body.get("ParameterFilters", []))
        below = sorted(name for name in self._parameters if name.startswith(folder)
                       and (recursive or "/" not in name[len(folder):]))
        chosen = [self._parameters[name] for name in below if accepts(self._parameters[name])]
        page, token = self._page("GetParametersByPath", body, chosen,
                                 lambda parameter: _identity(parameter.name))
        shown = [self._shown(parameter, parameter.latest, body) for parameter in page]
        return {"Parameters": self._ordered(shown), **token}

    def _GetParameterHistory(self, body):
        parameter = self._find(_without_arn(body["Name"]))
        page, token = self._page("GetParameterHistory", body, parameter.versions,
                                 lambda version: version.number)
        return {"Parameters": [self._shown_history(parameter, version, body) for version in page],
                **token}

    def _PutParameter(self, body):
        name = _checked_name(body["Name"])
        parameter = self._parameters.get(_identity(name))
        _check_put(body, parameter)
        tier = _tier_of(body, parameter)
        _check_value(body, tier)
        if parameter is None:
            parameter = self._parameters[_identity(name)] = Parameter(name, body["Type"])
        elif len(parameter.versions) == VERSIONS_KEPT:
            _drop_oldest(parameter)
        number = parameter.latest.number + 1 if parameter.versions else 1
        parameter.versions.append(Version(number, body["Value"], body, tier))
        return {"Version": number, "Tier": tier}

    def _DeleteParameter(self, body):
        self._find(body["Name"])
        del self._parameters[_identity(body["Name"])]
        return {}

    def _DeleteParameters(self, body):
        names = _checked_batch(body["Names"])
        known = [name for name in names if _identity(name) in self._parameters]
        for name in known:
            self._parameters.pop(_identity(name), None)
        return {"DeletedParameters": known,
                "InvalidParameters": [name for name in names if name not in known]}

    def _find(self, name):
        try:
            return self._parameters[_identity(name)]
        except KeyError:
            raise AwsError("ParameterNotFound") from None

    def _shown(self, parameter, version, body, selector=None):
        shown = {"Name": parameter.name, "Type": parameter.kind, "Version": version.number,
                 "Value": self._shown_value(parameter, version, body),
                 "LastModifiedDate": version.modified, "DataType": version.data_type,
                 "ARN": ARN_PREFIX + "/" + parameter.name.removeprefix("/")}
        return {**shown, "Selector": f":{selector}"} if selector else shown

    def _shown_history(self, parameter, version, body):
        optional = {"Description": version.description, "AllowedPattern": version.allowed_pattern,
                    "KeyId": version.key_id if parameter.kind == "SecureString" else None}
        shown = self._shown(parameter, version, body)
        del shown["ARN"]
        return {**shown, **{name: text for name, text in optional.items() if text},
                "LastModifiedUser": f"arn:aws:iam::{ACCOUNT}:user/another",
                "Labels": sorted(version.labels), "Tier": version.tier, "Policies": []}

    def _shown_value(self, parameter, version, body):
        if parameter.kind != "SecureString":
            return version.value
        if not body.get("WithDecryption"):
            seal = hashlib.sha256(f"{parameter.name}\0{version.value}".encode()).digest()
            return base64.b64encode(b"\1\2\2\0" + seal).decode()
        if denied := self._undecryptable.get(_identity(parameter.name)):
            raise denied
        return version.value

    def _page(self, operation, body, items, position):
        """The items after the token's position, and {"NextToken": ...} if more may follow. A
        token says nothing to its reader and is good for the request that it came from only."""
        request = {key: value for key, value in body.items() if key != "NextToken"}
        if "NextToken" in body:
            origin, after = self._tokens.get(body["NextToken"], (None, None))
            if origin != (operation, request):
                raise AwsError("InvalidNextToken", "The specified token isn't valid.")
            items = [item for item in items if after is None or position(item) > after]
        else:
            after = None
        size = self._page_size(body.get("MaxResults", PAGE_MAX[operation]))
        page = items[:size]
        if len(page) == len(items):
            return page, {}
        token = secrets.token_urlsafe(90)
        self._tokens[token] = ((operation, request), position(page[-1]) if page else after)
        return page, {"NextToken": token}

    def _page_size(self, most):
        if self._random:
            return self._random.randint(0, most)
        return min(self.page_sizes.pop(0), most) if self.page_sizes else most

    def _ordered(self, shown):
        shown = sorted(shown, key=lambda parameter: parameter["Name"])
        if self._random:
            self._random.shuffle(shown)
        return shown


# --- names -------------------------------------------------------------------

def _identity(name):
    """What two spellings of one parameter share: /name and name are the same."""
    return "/" + _without_arn(name).removeprefix("/")


def _without_arn(name):
    if not name.startswith("arn:"):
        return name
    bare = name.removeprefix(ARN_PREFIX + "/")
    return "/" + bare if "/" in bare else bare


def _split_selector(name):
    prefix = ARN_PREFIX if name.startswith(ARN_PREFIX) else ""
    bare, _, selector = name[len(prefix):].partition(":")
    return _without_arn(prefix + bare), selector or None


def _checked_name(name):
    name = name.strip(" ")
    levels = name.removeprefix("/").split("/")
    if not re.fullmatch(r"[A-Za-z0-9_./-]+", name) or "" in levels:
        raise invalid("Parameter name: can't be prefixed with \"ssm\" (case-insensitive). If "
                      "formed as a path, it can consist of sub-paths divided by slash symbol; each "
                      "sub-path can be formed as a mix of letters, numbers and the following "
                      "3 symbols .-_")
    if "/" in name and not name.startswith("/"):
        raise invalid("Parameter name must be a fully qualified name.")
    if levels[0].lower().startswith(("aws", "ssm")):
        raise invalid(f"No access to reserved parameter name: {name}.")
    if len(levels) > LEVELS_MAX:
        raise AwsError("HierarchyLevelLimitExceededException",
                       f"A hierarchy can have a maximum of {LEVELS_MAX} levels.")
    if len(name) > NAME_MAX:
        raise invalid("Parameter name exceeds the maximum length.")
    return name


def _checked_batch(names):
    if not 1 <= len(names) <= BATCH_MAX or not all(isinstance(name, str) for name in names):
        raise invalid("1 validation error detected: Value at 'names' failed to satisfy constraint: "
                      "Member must have length less than or equal to 10")
    return list(dict.fromkeys(names))


def _checked_path(path):
    if not path.startswith("/"):
        raise invalid("The parameter doesn't meet the parameter name requirements. The parameter "
                      "name must begin with a forward slash \"/\".")
    return path.rstrip("/")


def _filter_of(filters):
    """A function that says whether a parameter passes all filters; only Type and Label exist."""
    for each in filters:
        if each.get("Key") not in ("Type", "Label"):
            raise AwsError("InvalidFilterKey", "The specified key isn't valid.")
        if each.get("Option", "Equals") != "Equals":
            raise AwsError("InvalidFilterOption", "The specified filter option isn't valid.")

    def accepts(parameter):
        return all({"Type": {parameter.kind}, "Label": parameter.latest.labels}[each["Key"]]
                   & set(each["Values"]) for each in filters)
    return accepts


# --- requests ----------------------------------------------------------------

def _check_members(operation, body):
    """Types and required members. A null, and a member that the operation does not have, are
    refused: the real service takes them, but a client has no reason to send them."""
    members = OPERATIONS[operation]
    if not isinstance(body, dict):
        raise AwsError("SerializationException", "Start of structure or map expected")
    for name, value in body.items():
        if name not in members or type(value) is not members[name][0]:
            raise AwsError("SerializationException", f"member {name} is of no use here")
    for name, (_, required) in members.items():
        if required and name not in body:
            member = name[0].lower() + name[1:]
            raise invalid(f"1 validation error detected: Value null at '{member}' failed to "
                          "satisfy constraint: Member must not be null")
    if not 1 <= body.get("MaxResults", 1) <= PAGE_MAX.get(operation, 1):
        raise invalid("1 validation error detected: Value at 'maxResults' failed to satisfy "
                      f"constraint: Member must be between 1 and {PAGE_MAX[operation]}")


def _check_put(body, parameter):
    """What depends on whether the parameter is there, and on the members of the request."""
    overwrite = body.get("Overwrite", False)
    if parameter and not overwrite:
        raise AwsError("ParameterAlreadyExists",
                       "The parameter already exists. To overwrite this value, set the overwrite "
                       "option in the request to true.")
    if overwrite and body.get("Tags"):
        raise invalid("Invalid request: tags and overwrite can't be used together.")
    if parameter is None and "Type" not in body:
        raise invalid("A parameter type is required when you create a parameter.")
    kind = body.get("Type", parameter.kind if parameter else None)
    if kind not in TYPES:
        raise AwsError("UnsupportedParameterType", f"The parameter type {kind} is not supported.")
    if parameter and kind != parameter.kind:
        raise AwsError("HierarchyTypeMismatchException",
                       "Parameter Store doesn't support changing a parameter type in a hierarchy.")
    if kind != "SecureString" and "KeyId" in body:
        raise invalid("KeyId is not required for String type parameter.")


def _tier_of(body, parameter):
    asked = body.get("Tier", parameter.latest.tier if parameter else "Standard")
    if asked == "Intelligent-Tiering":
        large = len(body["Value"].encode()) > VALUE_MAX["Standard"]
        asked = "Advanced" if large or parameter and parameter.latest.tier == "Advanced" \
            else "Standard"
    if asked not in VALUE_MAX:
        raise invalid(f"1 validation error detected: Value '{asked}' at 'tier' failed to satisfy "
                      "constraint: Member must satisfy enum value set")
    if parameter and parameter.latest.tier == "Advanced" and asked == "Standard":
        raise invalid("This parameter uses the advanced-parameter tier. You can't downgrade a "
                      "parameter from the advanced-parameter tier to the standard-parameter tier.")
    return asked


def _check_value(body, tier):
    """Like the real service, some messages quote the value: a client must not repeat them."""
    value = body["Value"]
    if not value:
        raise invalid("1 validation error detected: Value '' at 'value' failed to satisfy "
                      "constraint: Member must have length greater than or equal to 1")
    if len(value.encode()) > VALUE_MAX[tier]:
        raise invalid(f"{tier} tier parameters support a maximum parameter value of "
                      f"{VALUE_MAX[tier]} characters.")
    if re.search(r"\{\{.*\}\}", value, re.DOTALL):
        raise invalid(f"Parameter value: {value} is not valid: it can't nest another parameter.")
    if body.get("DataType", "text") not in ("text", "aws:ec2:image", "aws:ssm:integration"):
        raise invalid("The data type is not supported.")
    _check_pattern(body.get("AllowedPattern"), value)


def _check_pattern(pattern, value):
    if pattern is None:
        return
    try:
        matches = re.fullmatch(pattern, value)
    except re.error:
        raise AwsError("InvalidAllowedPatternException",
                       "The request does not meet the regular expression requirement.") from None
    if not matches:
        raise AwsError("ParameterPatternMismatchException",
                       f"Parameter value: {value} failed to satisfy constraint: {pattern}")


def _drop_oldest(parameter):
    if parameter.versions[0].labels:
        raise AwsError("ParameterMaxVersionLimitExceeded",
                       f"You attempted to create a new version of {parameter.name} by calling the "
                       "PutParameter API with the overwrite flag. Version "
                       f"{parameter.versions[0].number}, the oldest version, can't be deleted "
                       "because it has a label associated with it.")
    del parameter.versions[0]
