using EzTemplates.Domain;

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

    [Fact]
    public async Task Documentation_and_other_languages_stay_out_as_rpm_leaves_them_out()
    {
        var files = _ground.Build(
            $"{RpmGround.Base}\n{Package("one", "%doc /opt/doc", "%dir /opt/de", "%lang(de) /opt/de/text", "%lang(en) /opt/en", "/opt/plain")}",
            "mkdir -p opt/de; for f in doc de/text en plain; do echo $f > opt/$f; done");
        string[] order = [files["base"], files["one"]];
        await _ground.Make("system", order, "docs: false\nlanguages: [en]");
        _ground.InstallReal("theirs", order, "--excludedocs", "--define", "_install_langs en");

        var tree = _ground.TreeOf("system");
        Assert.Equal("%_install_langs en\n%_excludedocs 1\n", _ground.TextOf(tree, "/etc/rpm/macros.ez-paths"));
        Assert.Equal(RpmTree.Of(_ground.At("theirs")), RpmTree.Of(tree, path => _ground.TextOf(tree, path)).Where(line => !line.StartsWith("/etc/rpm", StringComparison.Ordinal)));
        _ground.Lay(tree, "ours");
        const string states = "[%{FILENAMES} %{FILESTATES}\\n]";
        Assert.Equal(_ground.Rpm("theirs", ["-q", "one", "--qf", states]).Lines, _ground.Rpm("ours", ["-q", "one", "--qf", states]).Lines);
        Assert.Equal(_ground.Rpm("theirs", ["-Va"]).Lines, _ground.Rpm("ours", ["-Va"]).Lines);
    }

    private static string Package(string name, params string[] files) => $"""
        %package -n {name}
        Summary: s
        %description -n {name}
        d
        %files -n {name}
        {string.Join('\n', files)}

        """;
}
