"""What files of rpm-md repositories say, read by expat and PyYAML. Standard input: paths, each with a NUL behind it; output: an object a line."""
import bz2
import gzip
import json
import lzma
import re
import sys
import xml.etree.ElementTree as ElementTree

SIGNS = {"LT": "<", "LE": "<=", "EQ": "=", "GE": ">=", "GT": ">"}
KINDS = ["requires", "recommends", "suggests", "supplements", "enhances", "conflicts", "obsoletes"]
# Hexadecimal digits of each kind of sum.
SUMS = {"sha256": 64, "sha384": 96, "sha512": 128}
DIGITS = re.compile("[0-9a-f]*")
NAME, ARCHITECTURE = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_+.:-]*"), re.compile("[a-z][a-z0-9_]*")
VERSION = re.compile(r"[A-Za-z0-9_.+~^]+")


def plain(path):
    with open(path, "rb") as file:
        data = file.read()
    for magic, module in [(b"\x1f\x8b", gzip), (b"BZh", bz2), (b"\xfd7zXZ\0", lzma)]:
        if data.startswith(magic):
            return module.decompress(data)
    return data


def is_sum(digits, kind):
    return len(digits) == SUMS.get(kind) and DIGITS.fullmatch(digits) is not None


def local(element):
    return element.tag.rsplit("}", 1)[-1]


def children(element, name):
    return [child for child in element if local(child) == name]


def first(element, name):
    found = children(element, name)
    return found[-1] if found else None


def text(element):
    return "" if element is None else (element.text or "").strip()


def evr(epoch, version, release):
    return ("" if epoch.strip("0") == "" else epoch + ":") + version + ("" if release is None else "-" + release)


def entry(element):
    sign = SIGNS.get(element.get("flags"), "")
    version = evr(element.get("epoch", ""), element.get("ver", ""), element.get("rel")) if element.get("flags") else ""
    return element.get("name", "") + sign + version


def leaves(rich):
    """The relations of a rich dependency, in their order."""
    found, sign = [], False
    for word in rich.split():
        word = word.lstrip("(")
        while word.count(")") > word.count("("):
            word = word[:word.rindex(")")] + word[word.rindex(")") + 1:]
        if word in ["and", "or", "if", "else", "unless", "with", "without"]:
            sign = False
        elif word in ["<", "<=", "=", ">=", ">"]:
            found[-1] += word
            sign = True
        elif sign:
            found[-1] += word
            sign = False
        else:
            found.append(word)
    return found


def package(element):
    """A line of all that counts, and the word for what is wrong with it."""
    name, architecture, version = text(first(element, "name")), text(first(element, "arch")), first(element, "version")
    checksum, size, location, form = (first(element, what) for what in ["checksum", "size", "location", "format"])
    if architecture in ["src", "nosrc"]:
        return None
    epoch, ver, rel = (version.get(what, "") if version is not None else "" for what in ["epoch", "ver", "rel"])
    path = location.get("href", "") if location is not None else ""
    provides, lines, problems = {name + "=" + evr(epoch, ver, rel)}, set(), []
    if checksum is None or not is_sum(text(checksum), checksum.get("type")):
        problems.append("checksum")
    if size is not None and not all((size.get(what) or "").isdigit() for what in ["package", "installed"]):
        problems.append("size")
    if location is not None and location.get("{http://www.w3.org/XML/1998/namespace}base") is not None:
        problems.append("xml:base")
    for kind in form if form is not None else []:
        for item in children(kind, "entry"):
            if item.get("name", "") == "":
                problems.append("name")
            elif item.get("flags") and item.get("flags") not in SIGNS:
                problems.append("flags")
            elif local(kind) == "provides":
                provides.add(entry(item))
            elif local(kind) in KINDS:
                rich = item.get("name").startswith("(")
                lines.add(f"{local(kind)} " + ("(" + " ".join(leaves(item.get("name"))) + ")" if rich else entry(item)))
        if local(kind) == "file":
            provides.add(text(kind))
    if not NAME.fullmatch(name) or len(name) > 256:
        problems.append("name")
    if not ARCHITECTURE.fullmatch(architecture):
        problems.append("architecture")
    if not VERSION.fullmatch(ver) or (rel and not VERSION.fullmatch(rel)):
        problems.append("version and release")
    if epoch and not epoch.isdigit():
        problems.append("epoch")
    if path == "" or any(part in ["", ".", ".."] for part in path.split("/")) or re.search(r"[\x00-\x1f\\?# ]", path):
        problems.append("path")
    numbers = [size.get("package"), size.get("installed")] if size is not None else ["0", "0"]
    line = "\t".join([name, evr(epoch, ver, rel), architecture, text(checksum), path, *map(str, numbers), "|".join(sorted(lines)), "|".join(sorted(provides))])
    return line, problems


def packages(root):
    kept, set_aside = [], {}
    for number, element in enumerate(root, 1):
        if local(element) == "package" and element.get("type", "rpm") == "rpm" and (found := package(element)):
            if found[1]:
                set_aside[number] = found[1]
            else:
                kept.append(found[0])
    return {"items": kept, "setAside": set_aside}


def filelists(root):
    """Every package's files; those that name no package of a SHA-256 digest are nobody's."""
    items, set_aside = [], {}
    for number, element in enumerate(root, 1):
        digest = element.get("pkgid", "")
        if digest == "":
            set_aside[number] = ["pkgid"]
        if any(is_sum(digest, kind) for kind in SUMS):
            items += [f"{digest} {text(file)}" for file in children(element, "file")]
    return {"items": items, "setAside": set_aside}


def comps(root):
    items, set_aside = [], {}
    kinds = {"default": "Default", "optional": "Optional", "conditional": "Conditional"}
    for number, element in enumerate(root, 1):
        if local(element) not in ["group", "environment"]:
            continue
        group = text(first(element, "id"))
        if group == "":
            set_aside[number] = ["id"]
            continue
        items.append(group)
        for part in element:
            for item in part if local(part) in ["packagelist", "grouplist", "optionlist"] else []:
                if local(item) not in ["packagereq", "groupid"] or text(item) == "":
                    continue
                kind = "Group" if local(part) == "grouplist" else "OptionalGroup" if local(part) == "optionlist" else kinds.get(item.get("type"), "Mandatory")
                items.append(f"{group} {kind} {text(item)} {item.get('requires', '') if kind == 'Conditional' else ''}".rstrip())
    return {"items": items, "setAside": set_aside}


def updates(root):
    """Packages of advisories, of those that a repository can have: those of security, and those of others."""
    items, set_aside = [], {}
    for number, update in enumerate(root, 1):
        if local(update) != "update":
            continue
        for found in [item for pkglist in children(update, "pkglist") for collection in pkglist for item in children(collection, "package")]:
            what = "security" if update.get("type") == "security" else "other"
            if not found.get("name"):
                set_aside.update({number: ["name"]} if what == "security" else {})
            elif found.get("arch") not in ["src", "nosrc"] and NAME.fullmatch(found.get("name")):
                items.append(f"{what} {found.get('name')} {evr(found.get('epoch', ''), found.get('version', ''), found.get('release'))} {found.get('arch', '')}")
    secured = {item.split(" ", 1)[1] for item in items if item.startswith("security ")}
    return {"items": [item for item in items if item.startswith("security ") or item.split(" ", 1)[1] not in secured], "setAside": set_aside}


def repomd(root):
    items = [text(first(root, "revision"))]
    for data in children(root, "data"):
        location = first(data, "location")
        path = location.get("href", "") if location is not None else ""
        if data.get("type") is None:
            return {"items": [], "refused": "type"}
        if path == "" or path.startswith("/") or ".." in path.split("/"):
            return {"items": [], "refused": "location"}

        def number(name):
            return text(first(data, name)).split(".")[0]

        def digest(name):
            return " ".join(text(e) for e in children(data, name) if e.get("type") in SUMS)

        items.append(f"{data.get('type')} {path} {number('size')} {number('open-size')} {digest('checksum')} {digest('open-checksum')}")
    return {"items": items}


def modules(data):
    import yaml
    streams, defaults, set_aside = {}, {}, {}
    for number, document in enumerate(yaml.load_all(data, yaml.BaseLoader), 1):
        content = document.get("data") if isinstance(document, dict) else None
        if not isinstance(content, dict):
            set_aside[number] = ["data"]
        elif document.get("document") == "modulemd-defaults":
            if not content.get("module"):
                set_aside[number] = ["module"]
            elif content.get("stream"):
                defaults[content["module"]] = content["stream"]
        elif document.get("document") == "modulemd":
            if not content.get("name") or not content.get("stream"):
                set_aside[number] = ["module"]
                continue
            needs = streams.setdefault((content["name"], content["stream"]), set())
            dependencies = content.get("dependencies")
            dependencies = dependencies[0] if isinstance(dependencies, list) and dependencies else dependencies
            for module, wanted in ((dependencies or {}).get("requires") or {}).items():
                wanted = [wanted] if isinstance(wanted, str) and wanted else [w for w in wanted if not w.startswith("-")]
                needs |= set() if module == "platform" else {f"{module}:{stream}" for stream in wanted or [""]}
    items = [f"{module}:{stream}{' default' if defaults.get(module) == stream else ''} {' '.join(sorted(needs))}".rstrip() for (module, stream), needs in streams.items()]
    return {"items": items, "setAside": set_aside}


READERS = {"metadata": packages, "filelists": filelists, "comps": comps, "updates": updates, "repomd": repomd}


def read(path):
    data = plain(path)
    if data.startswith(b"\0ZCK1") or data.startswith(b"SQLite format 3"):
        return {"kind": "unread"}
    if re.search(r"\.ya?ml", path):
        try:
            return {"kind": "modules", **modules(data)}
        except Exception as failure:
            return {"kind": "modules", "refused": "YAML", "why": str(failure)}
    if not data.lstrip().startswith(b"<"):
        return {"kind": "other"}
    try:
        root = ElementTree.fromstring(data)
    except ElementTree.ParseError as failure:
        kind = next((name for name in READERS if b"<" + name.encode() in data), "unread")
        return {"kind": kind, "refused": "XML", "why": str(failure)}
    kind = local(root)
    return {"kind": kind, **READERS[kind](root)} if kind in READERS else {"kind": "unread"}


for name in sys.stdin.buffer.read().decode().split("\0")[:-1]:
    answer = read(name)
    answer.setdefault("items", [])
    answer.setdefault("setAside", {})
    print(json.dumps({"path": name, **answer}))
