using System.Text.Json;
using EzTemplates.Testing;

namespace EzTemplates.Cli.Tests;

/// <summary>An ordinary user of this machine with recipes of his own over a generated repository, and <c>ez</c> as he runs it.</summary>
internal sealed class RootlessGround : IDisposable
{
    private readonly LocalServer _server;
    private readonly MountWatch _watch;

    public RootlessGround(SubordinateRanges ranges)
    {
        OrdinaryUser.Require(ranges);
        Requires.Tool("gpg");
        Requires.Tool("gpgv");
        Requires.Tool("ldd");
        User = new OrdinaryUser(ranges);
        try
        {
            Program = CopyProgram(User.Temp);
            User.Temp.MakeFolder("host");
            Repository = new GeneratedRepository();
            _server = new LocalServer(Repository.Root);
            Recipes = new RecipeFolder(Path.Combine(User.Home, "recipes"), Repository, _server);
            Publish("1");
            Recipe = Recipes.Os("small", "base, programs", "devices: allow");
            User.Own(User.Home);
            _watch = MountWatch.Start(User.Temp.Root);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public OrdinaryUser User { get; }

    public string Program { get; }

    /// <summary>Null: the kind that the kernel takes.</summary>
    public string? Layer { get; init; }

    public GeneratedRepository Repository { get; }

    public RecipeFolder Recipes { get; }

    public string Recipe { get; }

    /// <summary>Where it is by itself.</summary>
    public string Store => Path.Combine(User.Home, ".local", "share", "ez");

    /// <summary>A copy of the built program in a folder that everybody can enter.</summary>
    public static string CopyProgram(TempFolder to)
    {
        ToolRun.Run("cp", "-r", Path.GetDirectoryName(EzProgram.File)!, to.At("program")).Succeed();
        ToolRun.Run("chmod", "-R", "go+rX", to.At("program")).Succeed();
        return to.At("program", "ez");
    }

    /// <summary>Files of several owners, a set-id program, a pipe, a device, links; and programs to look at them with.</summary>
    public void Publish(string version) => Repository.Publish(
        new PublishOptions { Date = Ground.Day(int.Parse(version, System.Globalization.CultureInfo.InvariantCulture)) },
        HostPrograms.Package(),
        new GeneratedPackage("base", version) { Compressor = "none" }
            .File("/etc/shells", $"/bin/sh\n/bin/of-{version}\n").File("/var/lib/dpkg/triggers/thing", $"of-{version}\n")
            .File("/etc/base-version", version + "\n")
            .File("/etc/base.conf", $"of {version}\n")
            .File("/usr/bin/raise", "#!/bin/sh\n", 0b100_111_101_101)
            .HardLink("/usr/bin/raise-too", "/usr/bin/raise")
            .Add(new GeneratedEntry.RegularFile("/srv/data/owned", [1, 2, 3]) { Uid = 33, Gid = 42, Mode = 0b110_100_000 })
            .Add(new GeneratedEntry.Folder("/srv/data/mail") { Uid = 8, Gid = 8, Mode = 0b010_111_111_101 })
            .Add(new GeneratedEntry.Node("/srv/data/pipe", 'p', 0, 0) { Uid = 65534, Gid = 65534 })
            .Add(new GeneratedEntry.Node("/srv/data/device", 'c', 1, 3)));

    public ToolCommand Command(params IReadOnlyList<string> arguments)
    {
        var command = User.Command(Program, arguments);
        return command with
        {
            Environment = new Dictionary<string, string?>(command.Environment)
            {
                ["EZ_HOST_ROOT"] = User.Temp.At("host"),
                ["EZ_STORE"] = null,
                ["EZ_VIEW_LAYER"] = Layer,
            },
        };
    }

    public ToolRun Run(params IReadOnlyList<string> arguments) => ToolRun.Run(Command(arguments));

    /// <summary>A run that ends with 0, and leaves nothing.</summary>
    public ToolRun Succeed(params IReadOnlyList<string> arguments)
    {
        var run = Run(arguments).Succeed();
        AssertNothingLeft();
        return run;
    }

    public string Exec(string environment, string script) => Succeed("env", "exec", environment, "--", "sh", "-c", script).Output;

    public string ManifestOf(string template)
    {
        using var json = JsonDocument.Parse(Succeed("template", "show", template, "--json").Stdout);
        return json.RootElement.GetProperty("manifest").GetString()!;
    }

    /// <summary>No process of the user's, and no mount of his in any namespace.</summary>
    public void AssertNothingLeft()
    {
        IReadOnlyList<string> left = [];
        var gone = SpinWait.SpinUntil(() => (left = User.Processes()).Count == 0, TimeSpan.FromSeconds(20));
        Assert.True(gone, $"left running:\n{string.Join('\n', left)}");
        _watch.AssertNothingLeft();
    }

    public void Dispose()
    {
        // Of a half-made one there is less.
        _server?.Dispose();
        Repository?.Dispose();
        User.Dispose();
    }
}
