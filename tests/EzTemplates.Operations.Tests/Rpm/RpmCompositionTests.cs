using EzTemplates.Domain;
using EzTemplates.Testing;

namespace EzTemplates.Operations.Tests.Rpm;

/// <summary>What becomes of paths that several rpm packages have, beside what <c>rpm -i</c> says and makes.</summary>
public sealed class RpmCompositionTests : IDisposable
{
    private readonly RpmGround _ground = new();

    public void Dispose() => _ground.Dispose();

    [Fact]
    public async Task Packages_share_what_they_agree_on()
    {
        var files = _ground.Build(
            $"{RpmGround.Base}\n{Package("one", "/opt/same", "%dir /opt/folder", "/opt/link")}\n{Package("two", "/opt/same", "%dir /opt/folder", "/opt/link", "/opt/two", "%ghost /opt/one-ghost")}",
            "mkdir -p opt/folder; echo same > opt/same; ln -s same opt/link; echo two > opt/two; ln opt/two opt/two-again; touch opt/one-ghost");
        string[] order = [files["base"], files["one"], files["two"]];
        await _ground.Make("system", order);
        _ground.InstallReal("theirs", order);

        var tree = _ground.TreeOf("system");
        Assert.Equal(RpmTree.Of(_ground.At("theirs")), RpmTree.Of(tree, path => _ground.TextOf(tree, path)));
    }

    [Theory]
    [InlineData("/opt/a", "%attr(0600,root,root) /opt/a", true)]
    [InlineData("/opt/a", "%attr(0644,odd,root) /opt/a", true)]
    [InlineData("%dir /opt/folder", "%dir %attr(0700,root,root) /opt/folder", true)]
    [InlineData("/opt/a", "%ghost %attr(0600,root,root) /opt/a", false)]
    [InlineData("%config /opt/a", "%doc /opt/a", false)]
    public async Task Packages_that_differ_are_refused_where_rpm_refuses_them(string one, string other, bool refused)
    {
        var files = _ground.Build($"{RpmGround.Base}\n{Package("one", one)}\n{Package("two", other)}", "mkdir -p opt/folder; echo a > opt/a");
        string[] order = [files["base"], files["one"], files["two"]];
        var theirs = _ground.InstallReal("theirs", order);
        Assert.Equal(refused, theirs.ExitCode != 0);

        if (!refused)
        {
            await _ground.Make("system", order, "configure: none");
            return;
        }

        var failure = await Assert.ThrowsAsync<EzException>(() => _ground.Make("system", order, "configure: none"));
        Assert.Equal(FailureKind.Unsolvable, failure.Kind);
        Assert.Contains("packages `one` and `two` both have `/opt/", failure.Message, StringComparison.Ordinal);
        Assert.EndsWith("and they differ", failure.Message, StringComparison.Ordinal);
    }

    /// <summary>No language at all is one of them for rpm, which takes no empty list.</summary>
    [Theory]
    [InlineData("en", "en")]
    [InlineData("", "C")]
    public async Task Documentation_and_other_languages_stay_out_as_rpm_leaves_them_out(string languages, string macro)
    {
        var files = _ground.Build(
            $"{RpmGround.Base}\n{Package("one", "%doc /opt/doc", "%dir /opt/de", "%lang(de) /opt/de/text", "%lang(en) /opt/en", "/opt/plain")}",
            "mkdir -p opt/de; for f in doc de/text en plain; do echo $f > opt/$f; done");
        string[] order = [files["base"], files["one"]];
        await _ground.Make("system", order, $"docs: false\nlanguages: [{languages}]");
        _ground.InstallReal("theirs", order, "--excludedocs", "--define", $"_install_langs {macro}").Succeed();

        var tree = _ground.TreeOf("system");
        Assert.Equal($"%_install_langs {macro}\n%_excludedocs 1\n", _ground.TextOf(tree, "/etc/rpm/macros.ez-paths"));
        Assert.Equal(RpmTree.Of(_ground.At("theirs")), RpmTree.Of(tree, path => _ground.TextOf(tree, path)).Where(line => !line.StartsWith("/etc/rpm", StringComparison.Ordinal)));
        _ground.Lay(tree, "ours");
        Assert.Equal([macro], ToolRun.Run("rpm", "--macros", _ground.At("ours/etc/rpm/macros.ez-paths"), "--eval", "%_install_langs").Succeed().Lines);
        const string states = "[%{FILENAMES} %{FILESTATES}\\n]";
        Assert.Equal(_ground.Rpm("theirs", ["-q", "one", "--qf", states]).Lines, _ground.Rpm("ours", ["-q", "one", "--qf", states]).Lines);
        Assert.Equal(_ground.Rpm("theirs", ["-Va"]).Lines, _ground.Rpm("ours", ["-Va"]).Lines);
    }

    /// <summary>A link that is there before any file is unpacked; and what is a folder, since no script makes the link by then.</summary>
    [Theory]
    [InlineData("%pretrans -n links -p <lua>\nposix.mkdir('/var'); posix.mkdir('/run'); posix.symlink('../run', '/var/run')", true)]
    [InlineData("%pretrans -n links -p <lua>\nposix.mkdir('/var')", false)]
    [InlineData("%pretrans -n links -p <lua>\nposix.mkdir('/var'); posix.mkdir('/var/running'); posix.mkdir('/srv/var/run')", false)]
    [InlineData("%post -n links -p <lua>\nposix.symlink('../run', '/var/run')", false)]
    public async Task What_lies_below_a_link_that_a_pretrans_makes_goes_where_rpm_puts_it(string script, bool isLink)
    {
        const string data = "%package -n data\nSummary: s\nRequires(pre): base\n%description -n data\nd\n%files -n data\n%dir %attr(0711,root,root) /var/run/data\n/var/run/data/file\n";
        var links = $"{Package("links", "%ghost /var/run")}\n{script}\n";
        var files = _ground.Build($"{RpmGround.Base}\n{links}\n{data}", "ln -s ../run var/run; mkdir run/data; echo d > run/data/file");
        string[] order = [files["base"], files["links"], files["data"]];
        await _ground.Make("system", order);
        _ground.InstallReal("theirs", order).Succeed();

        var tree = _ground.TreeOf("system");
        Assert.Equal(RpmTree.Of(_ground.At("theirs")), RpmTree.Of(tree, path => _ground.TextOf(tree, path)));
        Assert.Equal(isLink ? EntryType.Symlink : EntryType.Directory, tree.Find(TreePath.Parse("/var/run"))!.Type);
        _ground.Lay(tree, "ours");
        Assert.Equal(_ground.Rpm("theirs", ["-Va"]).Lines, _ground.Rpm("ours", ["-Va"]).Lines);
        Assert.Equal(
            isLink ? [] : ["`/var/run` is a link that scriptlets of `links` are to make, and `data` has `/var/run/data` below it: here it is a folder"],
            _ground.Told.OfType<OperationEvent.Warning>().Select(warning => warning.Text).Where(text => text.StartsWith('`')));
    }

    [Fact]
    public async Task Of_many_paths_that_scripts_are_to_make_few_are_told_by_name()
    {
        string[] names = [.. Enumerable.Range(0, 8).Select(number => $"/opt/made{number}")];
        var files = _ground.Build(
            $"{RpmGround.Base}\n{Package("links", [.. names.Select(name => $"%ghost {name}")])}\n{Package("data", [.. names.Select(name => $"{name}/file")])}",
            "mkdir -p opt srv; " + string.Join("; ", names.Select((name, number) => $"mkdir srv/{number}; echo x > srv/{number}/file; ln -s ../srv/{number} .{name}")));
        await _ground.Make("system", [files["base"], files["links"], files["data"]]);
        var told = _ground.Told.OfType<OperationEvent.Warning>().Select(warning => warning.Text).Where(text => text.Contains("scriptlets", StringComparison.Ordinal)).ToList();
        Assert.Equal(
            [.. names.Take(5).Select(name => $"`{name}` is a link that scriptlets of `links` are to make, and `data` has `{name}/file` below it: here it is a folder"), "3 more paths that scriptlets are to make are folders here"],
            told);
    }

    [Theory]
    [InlineData("posix.symlink(\"usr/lib\", \"/lib\")", true)]
    [InlineData("/lib", true)]
    [InlineData("os.rename('/usr/libexec', '/lib64') d = '/lib'", true)]
    [InlineData("posix.mkdir('/usr/libexec')", false)]
    [InlineData("posix.mkdir('/lib64'); posix.mkdir('/usr/lib')", false)]
    [InlineData("posix.mkdir('/lib.old'); posix.mkdir('/lib/systemd')", false)]
    [InlineData("", false)]
    public void A_script_names_a_path_that_stands_there_by_itself(string script, bool isNamed) => Assert.Equal(isNamed, PretransLinks.Names(script, "/lib"));

    /// <summary>On one path in one transaction and in two, in either order, in two packages of one name; the file itself, and what rpm's database says of it.</summary>
    [Theory]
    [InlineData("x86_64", "i686")]
    [InlineData("i686", "x86_64")]
    public async Task Of_programs_for_two_architectures_the_64_bit_one_stays(string first, string second)
    {
        var packages = new Dictionary<string, string>
        {
            ["x86_64"] = _ground.Build(Library("\\002", "\\076", "/sbin/prog"))["library"],
            ["i686"] = _ground.Build(Library("\\001", "\\003", "/usr/sbin/prog") with { Options = ["--target", "i686-linux"] })["library"],
        };
        var system = _ground.Build(RpmGround.Base)["base"];
        await _ground.Make("together", [system, .. packages.Values]);
        await _ground.Make("system", [system, packages[first]]);
        await _ground.Make("app", [packages[second]], on: _ground.VersionOf("system"));
        string[] colors = ["--define", "_transaction_color 3", "--define", "_prefer_color 2"];
        _ground.InstallReal("both", [system, .. packages.Values], colors).Succeed();
        _ground.InstallReal("turns", [system, packages[first]], colors).Succeed();
        _ground.InstallReal("turns", [packages[second]], colors).Succeed();

        foreach (var (template, root) in (ReadOnlySpan<(string, string)>)[("together", "both"), ("app", "turns")])
        {
            var tree = _ground.TreeOf(template);
            Assert.Equal(RpmTree.Of(_ground.At(root)), RpmTree.Of(tree, path => _ground.TextOf(tree, path)));
            Assert.Equal('\u0002', _ground.TextOf(tree, "/usr/sbin/prog")[4]);
            _ground.Lay(tree, "our-" + root);
            string[] states = ["-qa", "--qf", "%{NEVRA} [%{FILENAMES} %{FILECOLORS} %{FILESTATES}, ]\\n"];
            var theirs = _ground.Rpm(root, states).Lines.Order(StringComparer.Ordinal).ToList();
            Assert.Contains("prog 1 4,", string.Concat(theirs), StringComparison.Ordinal);
            Assert.Equal(theirs, _ground.Rpm("our-" + root, states).Lines.Order(StringComparer.Ordinal));
            Assert.Equal(_ground.Rpm(root, ["-Va"]).Lines, _ground.Rpm("our-" + root, ["-Va"]).Lines);
        }
    }

    [Fact]
    public async Task An_application_that_differs_from_its_system_in_what_runs_anywhere_is_refused()
    {
        var files = _ground.Build($"{RpmGround.Base}\n{Package("one", "/opt/a")}", "mkdir opt; echo a > opt/a");
        var others = _ground.Build($"{RpmGround.Base}\n{Package("two", "/opt/a")}", "mkdir opt; echo b > opt/a");
        await _ground.Make("system", [files["base"], files["one"]]);
        var failure = await Assert.ThrowsAsync<EzException>(() => _ground.Make("app", [others["two"]], on: _ground.VersionOf("system")));
        Assert.Equal("package `two` has `/opt/a`, which is there already from package `one`, and they differ", failure.Message);
    }

    /// <summary>A program of no more than a header, which is what a file's color is taken from, and what both architectures agree on.</summary>
    /// <param name="width">32 or 64 bits, an octal escape.</param>
    /// <param name="machine">As elf(5) has it, an octal escape.</param>
    private static RpmSpec Library(string width, string machine, string program) => new(
        $"{RpmGround.Base}\n{Package("library", program, "/opt/same").Replace("Summary: s", "Summary: s\nRequires(pre): base", StringComparison.Ordinal)}",
        $"mkdir opt; echo same > opt/same; printf '\\177ELF{width}\\001\\001\\000\\000\\000\\000\\000\\000\\000\\000\\000\\002\\000{machine}\\000\\001\\000\\000\\000' > usr/sbin/prog; head -c 200 /dev/zero >> usr/sbin/prog; chmod 755 usr/sbin/prog");

    private static string Package(string name, params string[] files) => $"""
        %package -n {name}
        Summary: s
        %description -n {name}
        d
        %files -n {name}
        {string.Join('\n', files)}

        """;
}
