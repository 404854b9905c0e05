using System.Text.Json;
using EzTemplates.Testing;

namespace EzTemplates.Cli.Tests;

/// <summary>RPM packages in an ordinary user's store: to the manifest that root gets.</summary>
public sealed class RootlessRpmTests
{
    private static readonly GeneratedRpm Base = new("base", "1")
    {
        Files = [("/etc/passwd", "root:x:0:0:root:/root:/bin/sh\n"), ("/etc/group", "root:x:0:\n"), ("/etc/yum.repos.d/README", "\n"), ("/usr/bin/dnf", ""), ("/var/lib/rpm/README", "\n"), ("/srv/README", "\n")],
    };

    private static readonly GeneratedRpm Scripted = new("scripted", "1")
    {
        Requires = ["base"],
        Files = [("/usr/share/scripted/owned", "owned\n"), ("/usr/share/scripted/gone", "x\n")],
        Post = """
            posix.chown("/usr/share/scripted/owned", 33, 42)
            posix.chmod("/usr/share/scripted/owned", "rwsr-x---")
            os.remove("/usr/share/scripted/gone")
            posix.mkdir("/srv/data")
            posix.chown("/srv/data", 1000, 1000)
            """,
    };

    [Fact]
    public void With_ranges_a_version_is_that_of_root()
    {
        Requires.Tool("rpm");
        using var ground = new RootlessGround(SubordinateRanges.Granted);
        using var repository = new GeneratedRpmRepository { SignsPackages = true };
        using var server = new LocalServer(repository.Root);
        repository.Publish(new RpmPublishOptions(), Base, Scripted);
        File.Copy(repository.KeyFile, Path.Combine(ground.Recipes.Folder, "key.asc"));
        string Recipe(string name, string configure) => ground.User.Temp.WriteFile(Path.Combine("home", "recipes", name + ".yaml"), $$"""
            format: 1
            name: {{name}}
            kind: os
            version: "1.0"
            family: rpm
            architecture: x86_64
            repositories: [{id: baseos, mirrors: ["{{server.Address}}"], keys: key.asc}]
            packages: [scripted]
            configure: {{configure}}

            """);
        string[] recipes = [Recipe("configured", "sandbox"), Recipe("plain", "none")];
        ground.User.Own(ground.User.Home);
        Array.ForEach(recipes, recipe => ground.Succeed("up", recipe));

        using var temp = new TempFolder();
        ToolRun.Run("cp", "-r", ground.Recipes.Folder, temp.At("recipes")).Succeed();
        var root = new EzProgram(temp.At("store"));
        foreach (var name in (string[])["configured", "plain"])
        {
            root.Succeed("build", "--locked", temp.At("recipes", name + ".yaml"));
            using var json = JsonDocument.Parse(root.Succeed("template", "show", name, "--json").Stdout);
            Assert.Equal(json.RootElement.GetProperty("manifest").GetString(), ground.ManifestOf(name));
        }

        Assert.Contains("4750", ground.Succeed("template", "show", "configured", "--path", "/usr/share/scripted/owned").Output, StringComparison.Ordinal);
        ground.Succeed("env", "remove", "configured", "plain");
        ground.Succeed("store", "check");
    }
}
