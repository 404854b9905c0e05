using System.Text.Json;
using EzTemplates.Testing;

namespace EzTemplates.Cli.Tests;

/// <summary>Maintainer scripts in an ordinary user's namespaces: to the manifest that root gets.</summary>
public sealed class RootlessConfigureTests
{
    private static readonly GeneratedPackage Scripted = new GeneratedPackage("scripted", "1") { Depends = "system", Compressor = "none" }
        .File("/usr/share/scripted/gone", "x").File("/usr/share/scripted/owned", "owned\n").Folder("/usr/share/scripted/whole")
        .Script("postinst", "#!/bin/sh\nset -e\nchown 33:42 /usr/share/scripted/owned\nchmod 4750 /usr/share/scripted/owned\nrm /usr/share/scripted/gone\nln /usr/share/scripted/owned /usr/share/scripted/again\nrm -r /usr/share/scripted/whole\nmkdir -m 700 /usr/share/scripted/whole\n"
            + "echo own:x:150:150::/:/bin/false >> /etc/passwd\necho own:x:150: >> /etc/group\ntouch /usr/share/scripted/own\nchown own:own /usr/share/scripted/own\n"
            + "while read a b c d; do case $b in processes) echo limit $c;; esac; done < /proc/self/limits\n");

    [Fact]
    public void With_ranges_a_configured_version_is_that_of_root()
    {
        using var ground = new RootlessGround(SubordinateRanges.Granted);
        var recipe = Publish(ground);

        // He may make no control groups.
        Assert.Contains("limit 4096", ground.Succeed("up", recipe, "--name", "web", "-v").Error, StringComparison.Ordinal);
        Assert.Equal("33 42 4750 2\n", ground.Exec("web", "stat -c '%u %g %a %h' /usr/share/scripted/owned"));
        Assert.Equal("200 200\n", ground.Exec("web", "stat -c '%u %g' /usr/share/scripted/own"));
        Assert.Equal("ez-ids 1\nuser own 200\ngroup own 200\n", File.ReadAllText(Path.Combine(ground.Recipes.Folder, "scripted.ids")));
        Assert.Equal("missing     /usr/share/scripted/gone\n", ground.Exec("web", "dpkg --audit; dpkg -V"));

        using var temp = new TempFolder();
        ToolRun.Run("cp", "-r", ground.Recipes.Folder, temp.At("recipes")).Succeed();
        var root = new EzProgram(temp.At("store"));
        root.Succeed("build", "--locked", temp.At("recipes", "scripted.yaml"));
        using var json = JsonDocument.Parse(root.Succeed("template", "show", "scripted", "--json").Stdout);
        Assert.Equal(json.RootElement.GetProperty("manifest").GetString(), ground.ManifestOf("scripted"));
        ground.Succeed("env", "remove", "web");
    }

    [Fact]
    public void With_ranges_a_script_that_does_harm_does_it_to_itself()
    {
        using var ground = new RootlessGround(SubordinateRanges.Granted);
        var hostile = new GeneratedPackage("hostile", "1") { Depends = "system" }.Script("postinst", """
            #!/bin/sh
            mount -t tmpfs none /tmp 2> /dev/null || echo no mount
            mknod /disk b 8 0 2> /dev/null || echo no device
            { echo 1 > /proc/sys/kernel/sysrq; } 2> /dev/null || echo no setting
            { echo b > /proc/sysrq-trigger; } 2> /dev/null || echo no key
            ls /sys/class/net
            sleep 1000 &
            kill -9 $PPID
            kill -9 0

            """);
        ground.Repository.Publish(new PublishOptions { Date = Ground.Day(2) }, DpkgPackage.Make(), hostile);
        var recipe = ground.Recipes.Os("hostile", "hostile", "configure: sandbox");
        ground.User.Own(ground.User.Home);
        var run = ground.Run("build", recipe);
        Assert.Equal(7, run.ExitCode);
        Assert.Contains("\n  | no mount\n  | no device\n  | no setting\n  | no key\n  | lo\n", run.Error, StringComparison.Ordinal);
        Assert.Contains("cannot configure `hostile`: `dpkg --configure` failed with status 137\n", run.Error, StringComparison.Ordinal);
        ground.AssertNothingLeft();
    }

    [Fact]
    public void Without_ranges_nothing_is_configured_nor_downloaded()
    {
        using var ground = new RootlessGround(SubordinateRanges.None);
        var run = ground.Run("build", Publish(ground));
        Assert.Equal(7, run.ExitCode);
        Assert.Contains("cannot configure `scripted`", run.Error, StringComparison.Ordinal);
        Assert.Contains("newuidmap", run.Error, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFiles(Path.Combine(ground.Store, "store", "archives")));
    }

    private static string Publish(RootlessGround ground)
    {
        ground.Repository.Publish(new PublishOptions { Date = Ground.Day(2) }, DpkgPackage.Make(), Scripted);
        var recipe = ground.Recipes.Os("scripted", "scripted", "configure: sandbox");
        ground.User.Own(ground.User.Home);
        return recipe;
    }
}
