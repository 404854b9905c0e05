"""BIG's packages and the indices they come from, fetched once through this machine's own APT configuration."""
import glob
import hashlib
import os
import shutil
import subprocess
import urllib.request

APPLICATIONS = ["nginx", "postgresql", "python3", "build-essential"]
CODENAME = "bookworm"


class Archive:
    def __init__(self, folder):
        self.folder = os.path.join(folder, "archive")
        self.pool = os.path.join(self.folder, "pool")
        self.served = os.path.join(self.folder, "served")

    def prepare(self):
        """Does nothing where it was done."""
        if os.path.exists(os.path.join(self.folder, "complete")):
            return self
        shutil.rmtree(self.folder, ignore_errors=True)
        os.makedirs(os.path.join(self.pool, "partial"))
        sources = self._host_sources()
        self.write_apt(self.apt("host"), [f"deb [signed-by={key}] {uri} {suite} {component}" for uri, suite, component, key in sources])
        self._apt_get("host", "update")
        self._apt_get("host", "install", "-y", "--download-only", "--no-install-recommends", *self.big_request())
        shutil.rmtree(os.path.join(self.pool, "partial"))
        self._write_sums()
        self._mirror_indices(sources)
        open(os.path.join(self.folder, "complete"), "w").close()
        return self

    def describe(self):
        debs = self.debs()
        return f"BIG: {len(debs)} packages, {sum(map(os.path.getsize, debs)) / 1e6:.0f} MB"

    def debs(self):
        return sorted(glob.glob(os.path.join(self.pool, "*.deb")))

    def apt(self, name):
        return os.path.join(self.folder, f"apt-{name}")

    def big_request(self):
        """minbase is what is essential or required, and apt."""
        base, paragraph = {"apt"}, {}
        for line in [*self._apt_cache("host", "dumpavail").split("\n"), ""]:
            if line == "" and paragraph:
                if paragraph.get("Essential") == "yes" or paragraph.get("Priority") == "required":
                    base.add(paragraph["Package"])
                paragraph = {}
            elif line and not line[0].isspace() and ": " in line:
                name, value = line.split(": ", 1)
                paragraph[name] = value
        # As in the shipped debian-12: not usrmerge, which would do once more what is done.
        return ["usr-is-merged", *sorted(base), *APPLICATIONS]

    def write_apt(self, folder, lines):
        """An APT of its own: configuration, empty status, lists and cache; nothing of the machine's."""
        for part in ["etc/preferences.d", "etc/apt.conf.d", "etc/sources.list.d", "etc/trusted.gpg.d", "lists/partial", "cache"]:
            os.makedirs(os.path.join(folder, part), exist_ok=True)
        open(os.path.join(folder, "status"), "w").close()
        with open(os.path.join(folder, "etc/sources.list"), "w") as file:
            file.write("\n".join(lines) + "\n")
        settings = {
            "Dir::Etc": f"{folder}/etc", "Dir::State": folder, "Dir::State::lists": f"{folder}/lists", "Dir::State::status": f"{folder}/status",
            "Dir::Cache": f"{folder}/cache", "Dir::Cache::archives": self.pool, "APT::Sandbox::User": "", "APT::Architecture": "amd64",
            "APT::Architectures": "amd64", "Acquire::Languages": "none", "Debug::NoLocking": "1",
        }
        with open(os.path.join(folder, "apt.conf"), "w") as file:
            file.writelines(f'{name} "{value}";\n' for name, value in settings.items())

    def environment(self, name):
        return dict(os.environ, APT_CONFIG=os.path.join(self.apt(name), "apt.conf"), LC_ALL="C.UTF-8")

    def _apt_get(self, name, *words):
        subprocess.run(["apt-get", "-q", *words], env=self.environment(name), check=True, stdout=subprocess.DEVNULL)

    def _apt_cache(self, name, *words):
        return subprocess.run(["apt-cache", *words], env=self.environment(name), check=True, capture_output=True, text=True).stdout

    @staticmethod
    def _host_sources():
        """(archive root, suite, component, key) of the machine's Debian sources for the codename."""
        form = "$(REPO_URI)|$(RELEASE)|$(COMPONENT)"
        listing = subprocess.run(["apt-get", "indextargets", "--format", form, "Created-By: Packages"], check=True, capture_output=True, text=True)
        rows = {tuple(line.split("|")) for line in listing.stdout.splitlines()}
        found = sorted(row for row in rows if row[1].split("-")[0] == CODENAME and row[2] == "main")
        if not found:
            raise SystemExit(f"APT has no source for {CODENAME} on this machine")
        return [(*row, key_of(row[0])) for row in found]

    def _write_sums(self):
        """Stands for a lock: it knows each package's digest before the package is read."""
        with open(os.path.join(self.pool, "SHA256SUMS"), "w") as sums:
            for deb in self.debs():
                with open(deb, "rb") as file:
                    sums.write(f"{hashlib.file_digest(file, 'sha256').hexdigest()}  {os.path.basename(deb)}\n")

    def _mirror_indices(self, sources):
        """InRelease and Packages.xz of each suite, below served/<last part of the root>, with the mirror's times."""
        for uri, suite, component, _ in sources:
            place = os.path.join(self.served, os.path.basename(uri.rstrip("/")), "dists", suite)
            release = self._fetch(f"{uri.rstrip('/')}/dists/{suite}/InRelease", os.path.join(place, "InRelease"))
            name = f"{component}/binary-amd64/Packages.xz"
            digests, in_sums = None, False
            for line in release.decode().splitlines():
                in_sums = line == "SHA256:" if not line.startswith(" ") else in_sums
                if in_sums and line.endswith(" " + name):
                    digests = line.split()[0]
            if digests is None:
                raise SystemExit(f"{suite} lists no {name}")
            by_hash = os.path.join(place, os.path.dirname(name), "by-hash/SHA256", digests)
            self._fetch(f"{uri.rstrip('/')}/dists/{suite}/{os.path.dirname(name)}/by-hash/SHA256/{digests}", by_hash)
            shutil.copy2(by_hash, os.path.join(place, name))

    @staticmethod
    def _fetch(address, file):
        os.makedirs(os.path.dirname(file), exist_ok=True)
        with urllib.request.urlopen(address, timeout=60) as answer:
            content = answer.read()
        with open(file, "wb") as target:
            target.write(content)
        return content


def key_of(root):
    """The Signed-By path of the source with this root, else Debian's keyring."""
    for file in glob.glob("/etc/apt/sources.list.d/*.sources"):
        with open(file) as text:
            for stanza in text.read().split("\n\n"):
                fields = dict(line.split(": ", 1) for line in stanza.splitlines() if ": " in line and line[0] not in "# ")
                uris = [uri.rstrip("/") for uri in fields.get("URIs", "").split()]
                if root.rstrip("/") in uris and fields.get("Signed-By", "").startswith("/"):
                    return fields["Signed-By"]
    return "/usr/share/keyrings/debian-archive-keyring.gpg"
