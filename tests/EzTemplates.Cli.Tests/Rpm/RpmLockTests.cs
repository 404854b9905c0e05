using EzTemplates.Testing;

namespace EzTemplates.Cli.Tests.Rpm;

/// <summary>Recipes of <c>family: rpm</c>, from recipe to lock.</summary>
public sealed class RpmLockTests : IDisposable
{
    private static readonly GeneratedRpm Bash = new("bash", "5.2") { Requires = ["libc.so.6()(64bit)", "filesystem >= 3"], Provides = ["/bin/sh"] };
    private static readonly GeneratedRpm Glibc = new("glibc", "2.34", "60.el9") { Provides = ["libc.so.6()(64bit)"], Recommends = ["langpacks"] };
    private static readonly GeneratedRpm Filesystem = new("filesystem", "3.16", Architecture: "noarch");
    private static readonly GeneratedRpm Langpacks = new("langpacks", "1", Architecture: "noarch");
    private static readonly GeneratedRpm Nginx = new("nginx", "1.20.1", "14.el9") { Epoch = 2, Requires = ["nginx-core = 2:1.20.1-14.el9", "/bin/sh"] };
    private static readonly GeneratedRpm Core = new("nginx-core", "1.20.1", "14.el9") { Epoch = 2, Requires = ["libc.so.6()(64bit)", "(pcre2 if glibc)"] };
    private static readonly GeneratedRpm Pcre = new("pcre2", "10.40");

    private readonly RpmRecipes _ground = new();

    private EzProgram Ez => _ground.Ez;

    public void Dispose() => _ground.Dispose();

    [Fact]
    public void An_OS_and_an_application_on_it_are_locked()
    {
        _ground.Publish(0, Bash, Glibc, Filesystem, Langpacks, Nginx, Core, Pcre);
        _ground.Os("rocky", "bash");
        Ez.Succeed("lock", _ground.App("nginx", "rocky", "nginx"));

        Assert.Equal(["bash 5.2-1 x86_64 root", "filesystem 3.16-1 noarch bash", "glibc 2.34-60.el9 x86_64 bash"], _ground.Rows("rocky"));
        Assert.Equal(
            ["nginx 2:1.20.1-14.el9 x86_64 root", "nginx-core 2:1.20.1-14.el9 x86_64 nginx", "pcre2 10.40-1 x86_64 nginx-core"], _ground.Rows("nginx"));
        Assert.Contains("\"family\": \"rpm\"", File.ReadAllText(_ground.LockOf("rocky")), StringComparison.Ordinal);
        Assert.Contains("{\"repository\": \"baseos\", \"name\": \"", File.ReadAllText(_ground.LockOf("rocky")), StringComparison.Ordinal);
        Assert.Contains("\"source\": \"baseos\", \"path\": \"Packages/glibc-2.34-60.el9.x86_64.rpm\"", File.ReadAllText(_ground.LockOf("rocky")), StringComparison.Ordinal);

        // Nothing has changed, so the lock stays byte for byte, with and without the network.
        var before = File.ReadAllBytes(_ground.LockOf("rocky"));
        Assert.Equal("rocky@1.0.0: lock unchanged, 3 packages\n", Ez.Succeed("lock", "--offline", "recipes/rocky.yaml").Output);
        Assert.Equal(before, File.ReadAllBytes(_ground.LockOf("rocky")));
    }

    [Fact]
    public void Unsigned_metadata_that_was_dated_too_late_does_not_keep_out_what_comes_after_it()
    {
        var recipe = _ground.Os("rocky", "filesystem", repository: ", trust: packages");
        _ground.Publish(9, Filesystem);
        Ez.Succeed("lock", recipe);
        _ground.Publish(1, Filesystem with { Version = "3.18" });
        var next = Ez.Succeed("lock", recipe);
        Assert.Contains($"repository `baseos`: its metadata of 2024-06-02 00:00 UTC from `{_ground.Server.Address}/` is taken, though older", next.Error, StringComparison.Ordinal);
        Assert.Equal(["filesystem 3.18-1 noarch root"], _ground.Rows("rocky"));
        Assert.DoesNotContain("is taken, though older", Ez.Succeed("lock", recipe).Error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_key_file_that_is_not_there_is_told_before_anything_is_fetched()
    {
        _ground.Publish(0, Filesystem);
        var recipe = _ground.Os("rocky", "filesystem", repository: ", trust: packages");
        File.WriteAllText(recipe, File.ReadAllText(recipe).Replace(_ground.Repository.KeyFile, "keys/typo.asc", StringComparison.Ordinal));
        var refused = Ez.Run("lock", recipe);
        Assert.Equal(5, refused.ExitCode);
        Assert.Contains($"repository `baseos`: there is no key file `{_ground.Temp.At("recipes/keys/typo.asc")}`", refused.Error, StringComparison.Ordinal);
        Assert.Empty(_ground.Server.Requests);
    }

    [Fact]
    public void Another_architecture_comes_where_it_is_asked_for()
    {
        var other = Glibc with { Architecture = "i686", Provides = ["libc.so.6"], Recommends = [] };
        _ground.Publish(0, Bash, Glibc, other, Filesystem);
        Ez.Succeed("lock", _ground.Os("rocky", "bash, glibc:i686"));
        Assert.Equal(
            ["bash 5.2-1 x86_64 root", "filesystem 3.16-1 noarch bash", "glibc 2.34-60.el9 i686 root", "glibc 2.34-60.el9 x86_64 bash"], _ground.Rows("rocky"));
        Assert.Equal("glibc:i686 2.34-60.el9 in rocky@1.0.0:\n  glibc:i686 (in the recipe)\n", Ez.Succeed("why", "glibc:i686", "--recipe", "recipes/rocky.yaml").Output);
    }

    [Fact]
    public void Recommendations_groups_paths_and_exclusions_are_asked_for()
    {
        _ground.Repository.Publish(
            new RpmPublishOptions { Groups = [("core", ["bash"]), ("web", ["nginx"])] }, Bash, Glibc, Filesystem, Langpacks, Nginx, Core, Pcre);
        Ez.Succeed("lock", _ground.Os("rocky", "", "groups: [core]\nrecommends: true"));
        Assert.Equal(["bash", "filesystem", "glibc", "langpacks"], _ground.Rows("rocky").Select(row => row.Split(' ')[0]));
        _ground.Os("rocky", "/usr/share/nginx-core/version", "recommends: true\nexclude: [langpacks]");
        Ez.Succeed("lock", "recipes/rocky.yaml");
        Assert.Equal(["glibc", "nginx-core", "pcre2"], _ground.Rows("rocky").Select(row => row.Split(' ')[0]));
        Ground.Fails(
            Ez.Run("lock", _ground.Os("other", "bash", "groups: [cor]")), 3, $"ez: `other` cannot be locked: no repository has a group `@cor`\nhint: did you mean `groups: [core]`?");
    }

    [Fact]
    public void Streams_of_modules_are_hidden_until_the_recipe_enables_them()
    {
        var (old, young) = (new GeneratedRpm("nodejs", "18"), new GeneratedRpm("nodejs", "20"));
        string Stream(string version) => $"---\ndocument: modulemd\nversion: 2\ndata:\n  name: nodejs\n  stream: \"{version}\"\n  artifacts:\n    rpms: [nodejs-0:{version}-1.x86_64]\n";
        _ground.Repository.Publish(new RpmPublishOptions { Modules = Stream("18") + Stream("20") }, old, young);
        var hidden = Ez.Run("lock", _ground.Os("node", "nodejs"));
        Assert.Equal(3, hidden.ExitCode);
        Assert.Contains("of module streams that are not enabled", hidden.Error, StringComparison.Ordinal);
        Ground.Fails(
            Ez.Run("lock", _ground.Os("node", "nodejs", "modules: [\"nodejs:21\"]")), 3,
            "ez: `node` cannot be locked: no repository has a module stream `nodejs:21`\nhint: put one that there is under `modules`: `nodejs:18`, `nodejs:20`");
        Ez.Succeed("lock", _ground.Os("node", "nodejs", "modules: [\"nodejs:18\"]"));
        Assert.Equal(["nodejs 18-1 x86_64 root"], _ground.Rows("node"));
    }

    [Fact]
    public void Lock_keeps_rows_and_update_takes_what_the_recipe_lets_it()
    {
        _ground.Publish(0, Bash, Glibc, Filesystem, Langpacks);
        var recipe = _ground.Os("rocky", "bash, langpacks");
        Ez.Succeed("lock", recipe);
        var (bash, glibc, langpacks) = (Bash with { Release = "2" }, Glibc with { Release = "61.el9" }, Langpacks with { Version = "2" });
        _ground.Repository.Publish(new RpmPublishOptions { Date = Ground.Day(1), Security = [glibc] }, Bash, bash, Glibc, glibc, Filesystem, Langpacks, langpacks);

        Assert.Equal("rocky@1.0.0: lock unchanged, 4 packages\n", Ez.Succeed("lock", recipe).Output);
        Assert.Equal("bash 5.2-1 -> 5.2-2, glibc 2.34-60.el9 -> 2.34-61.el9, langpacks 1-1 -> 2-1", Changes());
        Assert.Equal("langpacks 1-1 -> 2-1", Changes("--only", "langpacks"));
        File.AppendAllText(recipe, "update: {class: security}\n");
        Assert.Equal("glibc 2.34-60.el9 -> 2.34-61.el9", Changes());
        File.WriteAllText(recipe, File.ReadAllText(recipe).Replace("class: security", "class: none", StringComparison.Ordinal));
        Assert.Equal("", Changes());
        File.AppendAllText(recipe, "hold: [{package: langpacks, version: \"1-*\", reason: \"tested\"}]\n");
        File.WriteAllText(recipe, File.ReadAllText(recipe).Replace("class: none", "class: all", StringComparison.Ordinal));
        Assert.Equal("bash 5.2-1 -> 5.2-2, glibc 2.34-60.el9 -> 2.34-61.el9", Changes());

        string Changes(params string[] words) => string.Join(
            ", ", Ez.Succeed(["update", "--dry-run", recipe, .. words]).Lines.Where(line => line.Contains(" -> ", StringComparison.Ordinal)).Select(line => line.Trim()));
    }

    [Fact]
    public void A_dry_lock_tells_the_cause_of_each_change()
    {
        _ground.Publish(0, Bash, Glibc, Filesystem, Langpacks);
        var recipe = _ground.Os("rocky", "bash, langpacks");
        Ez.Succeed("lock", recipe);
        var before = File.ReadAllBytes(_ground.LockOf("rocky"));
        _ground.Publish(1, Bash with { Release = "2", Requires = ["libc.so.6()(64bit)", "pcre2"] }, Glibc, Filesystem, Pcre, Langpacks);
        _ground.Os("rocky", "bash");
        Assert.Equal(
            """
            rocky@1.0.1: locked, 3 packages
              bash 5.2-1 -> 5.2-2: no repository has 5.2-1 any more
              + pcre2 10.40-1 (x86_64): bash needs it
              - filesystem 3.16-1 (noarch): bash 5.2-2 does not need it
              - langpacks 1-1 (noarch): the recipe does not ask for it any more

            """,
            Ez.Succeed("lock", "--dry-run", recipe).Output);
        Assert.Equal(before, File.ReadAllBytes(_ground.LockOf("rocky")));
    }

    [Fact]
    public void Repositories_have_priorities_as_dnf_counts_them()
    {
        using var better = new GeneratedRpmRepository();
        better.Publish(new RpmPublishOptions(), Bash with { Version = "5.1" });
        using var server = new LocalServer(better.Root);
        _ground.Publish(0, Bash, Glibc, Filesystem);
        var recipe = _ground.Os("rocky", "bash");
        File.WriteAllText(recipe, File.ReadAllText(recipe).Replace("packages:", $"  - {{id: extra, mirrors: [\"{server.Address}\"], keys: {better.KeyFile}, priority: 10}}\npackages:", StringComparison.Ordinal));
        Ez.Succeed("lock", recipe);
        Assert.Contains("bash 5.1-1 x86_64 root", _ground.Rows("rocky"));

        // A pin comes before that, and tells so.
        File.AppendAllText(recipe, "pins: [{package: bash, source: baseos, priority: 700}]\n");
        Assert.Contains("  bash 5.1-1 -> 5.2-1: by pins 5.2-1 has priority 700, 5.1-1 500\n", Ez.Succeed("lock", recipe, "--dry-run").Output, StringComparison.Ordinal);
        Ez.Succeed("lock", recipe);
        Assert.Contains("bash 5.2-1 x86_64 root", _ground.Rows("rocky"));
        Assert.Contains("by pins 5.2-1 has priority 700, 5.1-1 500", Ez.Succeed("why-not", "bash=5.1-1", "--recipe", recipe).Output, StringComparison.Ordinal);
    }

    [Fact]
    public void An_application_adds_its_base_s_pins_to_its_own()
    {
        _ground.Publish(0, Filesystem, Langpacks, Langpacks with { Version = "2" }, Pcre, Pcre with { Version = "10.41" });
        _ground.Os("rocky", "filesystem", "pins: [{package: \"*\", source: baseos, priority: 600}, {package: langpacks, version: \"1-*\", priority: 700}, {package: pcre2, version: \"10.40-*\", priority: 700}]");
        Ez.Succeed("lock", _ground.App("web", "rocky", "langpacks, pcre2", "pins: [{package: pcre2, version: \"*\", priority: 500}]"));
        Assert.Equal(["langpacks 1-1 noarch root", "pcre2 10.41-1 x86_64 root"], _ground.Rows("web"));
        Ground.Fails(
            Ez.Run("lock", _ground.App("other", "rocky", "pcre2", "pins: [{package: \"pcre*\", source: base*, priority: -1}]")),
            3, "ez: `other` cannot be locked: `pcre2` is asked for, but a pin forbids pcre2 10.41-1, 10.40-1\nhint: lift the pin on `pcre*`");
    }

    [Fact]
    public void Why_and_why_not_answer_for_rpms()
    {
        _ground.Publish(0, Bash, Glibc, Filesystem);
        var recipe = _ground.Os("rocky", "bash");
        Ez.Succeed("lock", recipe);
        Assert.Equal("filesystem 3.16-1 in rocky@1.0.0:\n  bash (in the recipe) -> filesystem\n", Ez.Succeed("why", "filesystem", "--recipe", recipe).Output);
        _ground.Publish(1, Bash, Bash with { Version = "5.3" }, Glibc, Filesystem, Langpacks, Nginx);
        Assert.Equal("bash 5.3-1 could be in rocky:\n  the lock keeps 5.2-1\n  hint: ez update rocky\n", Ez.Succeed("why-not", "bash", "--recipe", recipe).Output);
        Assert.Equal(
            $"langpacks could be in rocky:\n  nothing that the recipe asks for needs it\n  hint: add `langpacks` to `packages:` in {recipe}\n",
            Ez.Succeed("why-not", "langpacks", "--recipe", recipe).Output);
        Assert.Contains("nginx 2:1.20.1-14.el9 needs nginx-core = 2:1.20.1-14.el9, which no repository has\n", Ez.Succeed("why-not", "nginx", "--recipe", recipe).Output, StringComparison.Ordinal);
        var unknown = Ez.Run("why-not", "langpack", "--recipe", recipe);
        Assert.Equal(3, unknown.ExitCode);
        Assert.EndsWith("hint: did you mean `langpacks`?\n", unknown.Error, StringComparison.Ordinal);
        Ground.Fails(Ez.Run("lock", _ground.Os("other", "bsh")), 3, "ez: `other` cannot be locked: no repository has a package `bsh`\nhint: did you mean `bash`?");
    }

    [Fact]
    public void Repo_check_names_what_cannot_be_installed_and_why()
    {
        _ground.Publish(0, Bash, Glibc, Filesystem, Nginx, new GeneratedRpm("foreign", "1", Architecture: "s390x"), new GeneratedRpm("broken", "1") { Requires = ["nginx"] });
        var check = Ez.Run("repo", "check", _ground.Os("rocky", "bash"));
        Assert.Equal(
            """
            broken 1-1 (x86_64) of baseos cannot be installed:
              broken 1-1 needs nginx
              nginx 2:1.20.1-14.el9 needs nginx-core = 2:1.20.1-14.el9, which no repository has
            nginx 2:1.20.1-14.el9 (x86_64) of baseos cannot be installed:
              nginx 2:1.20.1-14.el9 needs nginx-core = 2:1.20.1-14.el9, which no repository has
            5 packages, 2 of them cannot be installed

            """,
            check.Output);
        Assert.Equal(3, check.ExitCode);
        var index = Ez.Run("repo", "check", _ground.Repository.At(_ground.Repository.PathOf("primary")));
        Assert.Equal(3, index.ExitCode);
        Assert.EndsWith("\n5 packages, 2 of them cannot be installed\n", index.Output, StringComparison.Ordinal);
        Assert.Equal("3 packages, 0 of them cannot be installed\n", Ez.Succeed("repo", "check", _ground.Os("rocky", "bash", "exclude: [broken, nginx]")).Output);
    }

    [Fact]
    public void An_application_is_locked_on_a_base_that_no_mirror_has_any_more()
    {
        _ground.Repository.SignsPackages = true;
        _ground.Publish(0, Bash, Glibc, Filesystem, Pcre);
        _ground.Os("rocky", "bash");
        Ez.Succeed("lock", _ground.App("web", "rocky", "pcre2"));

        // What packages say of themselves is in the store from their unpacking on.
        _ = Ez.Run("build", "recipes/rocky.yaml");
        _ground.Repository.SignsPackages = false;
        _ground.Publish(1, Bash with { Version = "6" }, Glibc with { Version = "3" }, Filesystem with { Version = "4" }, Nginx, Core, Pcre);
        Ez.Succeed("lock", _ground.App("web", "rocky", "pcre2, nginx"));
        Assert.Equal(["nginx", "nginx-core", "pcre2"], _ground.Rows("web").Select(row => row.Split(' ')[0]));
        Assert.Contains("bash 5.2-1 x86_64 root", _ground.Rows("rocky"));
    }

    [Fact]
    public void A_wrong_key_and_a_wrong_signature_exit_with_5()
    {
        using var other = new SigningKey();
        _ground.Repository.Publish(new RpmPublishOptions { Key = other }, Filesystem);
        var refused = Ez.Run("lock", _ground.Os("rocky", "filesystem"));
        Assert.Equal(5, refused.ExitCode);
        Assert.Contains(other.Fingerprint[^16..], refused.Error, StringComparison.Ordinal);
        _ground.Publish(1, Filesystem);
        File.AppendAllText(_ground.Repository.Repomd, "\n");
        Assert.Equal(5, Ez.Run("lock", "recipes/rocky.yaml").ExitCode);
        _ground.Publish(1, Filesystem);
        Ez.Succeed("lock", "recipes/rocky.yaml");
    }

    [Theory]
    [InlineData("sha384")]
    [InlineData("sha512")]
    public void Of_packages_with_longer_sums_a_lock_has_both_digests(string checksum)
    {
        _ground.Repository.SignsPackages = true;
        void Publish(int day, params IReadOnlyList<GeneratedRpm> packages) => _ground.Repository.Publish(new RpmPublishOptions { Checksum = checksum, Date = Ground.Day(day) }, packages);
        Publish(0, Bash, Glibc, Filesystem);
        var recipe = _ground.Os("rocky", "bash");
        Ez.Succeed("lock", "--dry-run", recipe);
        Assert.DoesNotContain(_ground.Server.Requests, request => request.Path.EndsWith(".rpm", StringComparison.Ordinal));

        // They are fetched to be summed; the build then has them.
        Ez.Succeed("lock", recipe);
        foreach (var file in Directory.EnumerateFiles(_ground.Repository.At("Packages")).Select(File.ReadAllBytes))
        {
            var stated = Convert.ToHexStringLower(System.Security.Cryptography.CryptographicOperations.HashData(new(checksum.ToUpperInvariant()), file));
            Assert.Contains($"\"sha256\": \"{Domain.Sha256Digest.Of(file)}\", \"{checksum}\": \"{stated}\", ", File.ReadAllText(_ground.LockOf("rocky")), StringComparison.Ordinal);
        }

        _ground.Server.ClearLog();
        var before = File.ReadAllBytes(_ground.LockOf("rocky"));
        Assert.Contains("downloaded 0 B", Ez.Succeed("build", recipe).Output, StringComparison.Ordinal);

        // Nor does who has the lock alone need them to find that it is as it was.
        Directory.Delete(_ground.Temp.At("store"), recursive: true);
        Assert.Equal("rocky@1.0.0: lock unchanged, 3 packages\n", Ez.Succeed("lock", recipe).Output);
        Assert.Equal(before, File.ReadAllBytes(_ground.LockOf("rocky")));
        Assert.DoesNotContain(_ground.Server.Requests, request => request.Path.EndsWith(".rpm", StringComparison.Ordinal));
        Ez.Succeed("build", recipe);

        // A file that is not what was stated never gets into a lock.
        Publish(1, Bash with { Version = "6" }, Glibc, Filesystem);
        var path = _ground.Repository.At("Packages/bash-6-1.x86_64.rpm");
        var bytes = File.ReadAllBytes(path);
        bytes[^1] ^= 1;
        File.WriteAllBytes(path, bytes);
        var refused = Ez.Run("lock", recipe);
        Assert.Equal(5, refused.ExitCode);
        Assert.Contains($"`bash 6-1 (x86_64)` is not what was promised: ", refused.Error, StringComparison.Ordinal);
        Assert.Contains($"expected {checksum.Replace("sha", "SHA-", StringComparison.Ordinal)} ", refused.Error, StringComparison.Ordinal);
        Assert.Equal(before, File.ReadAllBytes(_ground.LockOf("rocky")));
    }

    [Fact]
    public void Host_takes_the_repository_of_its_id_from_this_machines_DNF()
    {
        _ground.Publish(0, Filesystem);
        _ground.Temp.WriteFile("host/etc/os-release", "ID=rocky\nVERSION_ID=\"9.4\"\nPLATFORM_ID=\"platform:el9\"\n");
        _ground.Temp.WriteFile("host/etc/dnf/vars/place", "linux");
        Directory.CreateSymbolicLink(_ground.Temp.At("served"), _ground.Repository.Root);
        Directory.CreateDirectory(_ground.Temp.At("tree/linux/9"));
        Directory.CreateSymbolicLink(_ground.Temp.At("tree/linux/9/x86_64"), _ground.Repository.Root);
        _ground.Server.Folder = _ground.Temp.At("tree");
        File.Copy(_ground.Repository.KeyFile, _ground.Temp.WriteFile("host/etc/pki/rpm-gpg/KEY-9", ""), overwrite: true);
        _ground.Temp.WriteFile(
            "host/etc/yum.repos.d/rocky.repo",
            $"[other]\nbaseurl=http://127.0.0.1:1/\n\n[baseos]\nname=Rocky $releasever\n# a comment\nbaseurl={_ground.Server.Address}/$place/$releasever/${{basearch}}/\nenabled=0\ngpgkey=file:///etc/pki/rpm-gpg/KEY-$releasever\n");
        string Recipe(string id, string keys) => _ground.Write("rocky", $"format: 1\nname: rocky\nkind: os\nversion: \"1.0\"\nfamily: rpm\narchitecture: x86_64\nrepositories:\n  - {{id: {id}, mirrors: [host], keys: {keys}}}\npackages: [filesystem]\nconfigure: none");

        Ez.Succeed("lock", Recipe("baseos", "host"));
        Assert.Equal(["filesystem 3.16-1 noarch root"], _ground.Rows("rocky"));
        Ez.Succeed("lock", Recipe("baseos", $"[{_ground.Repository.Key.Fingerprint}]"));
        var unknown = Ez.Run("lock", Recipe("appstream", "host"));
        Assert.Equal(2, unknown.ExitCode);
        Assert.Contains("has no repository of that id; it has `other`, `baseos`", unknown.Error, StringComparison.Ordinal);
        Assert.Equal(5, Ez.Run("lock", Recipe("baseos", $"[{new string('A', 40)}]")).ExitCode);
    }
}
