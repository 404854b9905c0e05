using EzTemplates.Testing;

namespace EzTemplates.Environments.Tests;

/// <summary>Private paths that hide what a new version brings are told.</summary>
public sealed class HiddenPathsTests
{
    [Fact]
    public void What_the_version_changes_in_a_folder_that_the_environment_removed_is_told_file_by_file()
    {
        Requires.Overlay();
        using var ground = new TestGround();
        var old = ground.Version("1", ground.Text("/etc/conf.d/a", "1"), ground.Text("/etc/conf.d/same", "1"), ground.Text("/opt/tool/a", "1"), ground.Text("/srv/made/anew", "1"));
        var next = ground.Version(
            "2", ground.Text("/etc/conf.d/a", "2"), ground.Text("/etc/conf.d/same", "1"), ground.Text("/etc/conf.d/sub/tls", "2"), ground.Text("/opt/tool/a", "2"), ground.Text("/srv/made/anew", "2"));
        var box = ground.Create("box", "0");
        var remapper = new Remapper(ground.Environments);
        remapper.Remap(box, old);
        var root = ground.Environments.MountedRoot(box);
        ToolRun.Run("rm", "-r", root + "/etc/conf.d", root + "/opt/tool", root + "/srv/made").Succeed();
        File.CreateSymbolicLink(root + "/opt/tool", "/mnt");
        Directory.CreateDirectory(root + "/srv/made");

        const string removed = "removed in the environment; the new version changes it";
        const string covered = "`/opt/tool` is no folder in the environment";
        (string, string?)[] told = [("/etc/conf.d/a", removed), ("/etc/conf.d/sub/tls", removed), ("/opt/tool/a", covered), ("/srv/made/anew", removed)];
        Assert.Equal(told, remapper.Plan(box, next).Paths.Select(path => (path.Path.Latin1, path.Detail)));
        Assert.Equal(told, remapper.RunAll([box], (_, _) => next, RemapOptions.Default)[0].Paths.Select(path => (path.Path.Latin1, path.Detail)));
    }
}
