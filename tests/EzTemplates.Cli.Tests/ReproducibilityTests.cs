using EzTemplates.Testing;

namespace EzTemplates.Cli.Tests;

/// <summary>The same recipe and snapshot give the same lock and manifest on any host.</summary>
public sealed class ReproducibilityTests : IDisposable
{
    private readonly Ground _ground = new();

    public void Dispose() => _ground.Dispose();

    [Fact]
    public void Time_zone_umask_language_host_name_and_cores_change_neither_lock_nor_manifest()
    {
        Publish(null);
        var (os, app) = Recipes(_ground.Recipes);
        var here = Facts(_ground.Ez.Command("up", app), "store");
        var locks = (_ground.Lock("small"), _ground.Lock("app"));
        File.Delete(_ground.Recipes.LockOf("small"));
        File.Delete(_ground.Recipes.LockOf("app"));

        Assert.Equal(here, Facts(Elsewhere(_ground.NewProgram("other"), "up", app), "other"));
        Assert.Equal(locks.Item1, _ground.Lock("small"));
        Assert.Equal(locks.Item2, _ground.Lock("app"));
        Assert.NotEqual("", os);
    }

    [Fact]
    public void The_order_of_stanzas_changes_no_row_and_no_manifest()
    {
        Publish(null);
        var (_, app) = Recipes(_ground.Recipes);
        var here = Facts(_ground.Ez.Command("up", app), "store");
        var (small, own) = (_ground.Rows("small"), _ground.Rows("app"));
        for (var seed = 1; seed <= 3; seed++)
        {
            File.Delete(_ground.Recipes.LockOf("small"));
            File.Delete(_ground.Recipes.LockOf("app"));
            Publish(seed);
            Assert.Equal(here, Facts(Elsewhere(_ground.NewProgram($"other{seed}"), "up", app), $"other{seed}"));
            Assert.Equal(small, _ground.Rows("small"));
            Assert.Equal(own, _ground.Rows("app"));
        }
    }

    [Fact]
    public void A_lock_without_its_history_builds_the_same_manifest_from_another_mirror()
    {
        Publish(null);
        var (_, app) = Recipes(_ground.Recipes);
        var here = Facts(_ground.Ez.Command("up", app), "store");
        using var mirror = new LocalServer(_ground.Repository.Root) { Ranges = false, Validators = Validators.None };
        _ground.Server.Dispose();
        var other = _ground.NewProgram("other");
        Assert.Equal(here, Facts(Elsewhere(other, "up", app, "--locked", "--mirror", $"generated={mirror.Address}"), "other"));
    }

    private static (string Os, string App) Recipes(RecipeFolder recipes) =>
        (recipes.Os("small", "base, tool-b", "prefer: smallest"), recipes.App("app", "small", "İstanbul-less, tool-a".Replace("İstanbul-less", "istanbul", StringComparison.Ordinal)));

    /// <summary>Alternatives, virtual packages, several versions, shared folders: whatever an order could leak into.</summary>
    private void Publish(int? seed)
    {
        GeneratedPackage[] packages =
        [
            Ground.Package("base", "1", "service | other-service").File("/usr/share/common/base", "b", 0b110_100_000),
            Ground.Package("provider-b", "1") with { Provides = "service" },
            Ground.Package("provider-a", "1") with { Provides = "service" },
            Ground.Package("other-service", "1"),
            Ground.Package("tool-a", "1", "iconv | istanbul").Folder("/usr/share/common", 0b111_101_000),
            Ground.Package("tool-b", "1").File("/usr/share/common/tool", "t").HardLink("/usr/share/common/tool2", "/usr/share/common/tool"),
            Ground.Package("tool-b", "1~rc"),
            Ground.Package("istanbul", "1", "tool-b, iconv"),
            Ground.Package("iconv", "2"),
            Ground.Package("iconv", "10"),
            .. Enumerable.Range(1, 30).Select(n => Ground.Package($"extra{n}", "1", $"extra{n + 1} | base")),
        ];
        _ground.Repository.Publish(new PublishOptions { Date = Ground.Day(0), StanzaSeed = seed }, packages);
    }

    private static ToolCommand Elsewhere(EzProgram ez, params IReadOnlyList<string> arguments)
    {
        foreach (var tool in (string[])["unshare", "taskset", "hostname", "sh"])
        {
            Requires.Tool(tool);
        }

        var variables = new Dictionary<string, string?>(ez.Environment)
        {
            ["TZ"] = "Asia/Kathmandu",
            ["LANG"] = "tr_TR.UTF-8",
            ["LC_ALL"] = "tr_TR.UTF-8",
            ["DOTNET_PROCESSOR_COUNT"] = "1",
            ["DOTNET_SYSTEM_GLOBALIZATION_PREDEFINED_CULTURES_ONLY"] = "false",
        };
        return new ToolCommand("unshare", ["--uts", "taskset", "1", "sh", "-c", "umask 0277; hostname elsewhere; exec \"$0\" \"$@\"", EzProgram.File, .. arguments])
        {
            Environment = variables,
            WorkingDirectory = ez.WorkingDirectory,
        };
    }

    /// <summary>Runs it; manifests and compositions then, and what layers and objects are on disk.</summary>
    private string Facts(ToolCommand up, string store)
    {
        ToolRun.Run(up).Succeed();
        string[] exact = [.. StoreSnapshot.Take(_ground.Temp.At(store, "store/trees")).Lines, .. StoreSnapshot.Take(_ground.Temp.At(store, "store/data/.ez-objects")).Lines];
        var named = ((string[])["manifests", "compositions"])
            .SelectMany(folder => Directory.GetFiles(_ground.Temp.At(store, "store", folder)))
            .Order(StringComparer.Ordinal)
            .Select(file => $"{Path.GetFileName(file)}\n{File.ReadAllText(file)}");
        var images = Directory.GetFiles(_ground.Temp.At(store, "store/images")).Order(StringComparer.Ordinal)
            .Select(file => $"{Path.GetFileName(file)} {Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(File.ReadAllBytes(file)))}");
        Assert.Equal(2, Directory.GetFiles(_ground.Temp.At(store, "store/compositions")).Length);
        return string.Join('\n', [.. named, .. images, .. exact.Where(line => line.Contains(" f ", StringComparison.Ordinal))]);
    }
}
