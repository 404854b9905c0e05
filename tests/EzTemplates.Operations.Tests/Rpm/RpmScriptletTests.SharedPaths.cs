using EzTemplates.Domain;
using EzTemplates.Testing;

namespace EzTemplates.Operations.Tests.Rpm;

/// <summary>What follows from the order in which packages were installed: times of shared files, and groups of folders that none has.</summary>
public sealed partial class RpmScriptletTests
{
    /// <summary>mkdir(2) hands a folder's set-group-id bit down; the names of one file lie in folders as other files do.</summary>
    [Fact]
    public async Task A_folder_that_no_package_has_inherits_the_bit_if_its_folder_was_there_before_the_first_file_in_it()
    {
        var files = _ground.Build(
            $"""
            {RpmSpec.Base}
            %package -n first
            Summary: s
            Requires: base
            %description -n first
            d
            %files -n first
            %attr(0644,root,root) /srv/before/one
            %attr(0644,root,root) /srv/before/other
            %package -n second
            Summary: s
            Requires: first
            %description -n second
            d
            %files -n second
            %dir %attr(2755,root,root) /srv
            %attr(0644,root,root) /srv/before/more
            %attr(0644,root,root) /srv/after/file
            %attr(0644,root,root) /srv/later/deep/file
            %package -n third
            Summary: s
            Requires: second
            %description -n third
            d
            %files -n third
            %dir %attr(0755,root,root) /srv/later
            %package -n app
            Summary: s
            %description -n app
            d
            %files -n app
            %attr(0644,root,root) /srv/before/last
            %attr(0644,root,root) /srv/new/file

            """,
            "mkdir -p srv/before srv/after srv/later/deep srv/new; touch srv/later/deep/file srv/before/one srv/before/more srv/before/last srv/after/file srv/new/file; ln srv/before/one srv/before/other");
        await _ground.Make("system", [files["base"], files["first"], files["second"], files["third"]]);
        await _ground.Make("app", [files["app"]], on: _ground.VersionOf("system"));

        var tree = _ground.TreeOf("app");
        Assert.Equal(
            ["/srv 2755", "/srv/after 2755", "/srv/before 755", "/srv/later 755", "/srv/later/deep 2755", "/srv/new 2755"],
            ((string[])["/srv", "/srv/after", "/srv/before", "/srv/later", "/srv/later/deep", "/srv/new"]).Select(path => $"{path} {Convert.ToString(tree.Find(TreePath.Parse(path))!.Mode, 8)}"));
    }

    /// <summary>Of one transaction not the last package's, but by turns; over an earlier transaction always the new one's.</summary>
    [Fact]
    public async Task A_file_of_several_packages_has_the_time_that_rpm_gives_it()
    {
        var system = _ground.Build(RpmSpec.Base)["base"];
        var shared = Enumerable.Range(1, 4).Select(number => _ground.Build(new RpmSpec(
            $"""
            %package -n one{number}
            Summary: s
            Requires: {(number is 1 or 4 ? "base" : $"one{number - 1}")}
            %description -n one{number}
            d
            %files -n one{number}
            /opt/file
            /opt/link

            """,
            "mkdir opt; echo same > opt/file; ln -s file opt/link")
        {
            Times = $"touch --no-dereference --date=@{1_000_000_000 + number} opt/file opt/link",
        })[$"one{number}"]).ToList();
        for (var count = 2; count <= 3; count++)
        {
            List<string> files = [system, .. shared.Take(count)];
            await _ground.Make($"system{count}", files);
            await _ground.Make($"app{count}", [shared[3]], on: _ground.VersionOf($"system{count}"));
            _ground.InstallReal($"theirs{count}", files);
            AssertTimes($"system{count}", $"theirs{count}");
            _ground.InstallReal($"theirs{count}", [shared[3]]);
            AssertTimes($"app{count}", $"theirs{count}");
        }
    }

    private void AssertTimes(string template, string root)
    {
        foreach (var name in (string[])["file", "link"])
        {
            var real = ToolRun.Run("stat", "-c", "%Y", _ground.At($"{root}/opt/{name}")).Succeed().Output.TrimEnd();
            Assert.Equal((template, name, real), (template, name, _ground.TreeOf(template).Find(TreePath.Parse("/opt/" + name))!.Mtime.Seconds.ToString(System.Globalization.CultureInfo.InvariantCulture)));
        }
    }
}
