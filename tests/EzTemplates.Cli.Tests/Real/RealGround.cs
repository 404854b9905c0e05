using System.Globalization;
using System.Text.Json;
using EzTemplates.Testing;

namespace EzTemplates.Cli.Tests.Real;

/// <summary>The tests that share <see cref="RealGround"/>; they run one after another.</summary>
[CollectionDefinition(Name)]
public sealed class RealGroundUsers : ICollectionFixture<RealGround>
{
    public const string Name = "shipped recipes on this machine's mirror";
}

/// <summary>
/// One store on this machine's own mirror, with the shipped recipes and their locks copied beside it. Each is brought up when a test
/// first asks, with <see cref="FakeTools"/> on PATH: whatever else a test shows, no package tool was called on the way.
/// </summary>
public sealed class RealGround : IDisposable
{
    private readonly TempFolder _temp = new();
    private readonly MountWatch _watch;
    private readonly Dictionary<string, JsonElement> _ups = new(StringComparer.Ordinal);
    private int _environments;

    public RealGround()
    {
        _watch = MountWatch.Start(_temp.Root);
        Fakes = new FakeTools(_temp);
        Ez = new EzProgram(_temp.At("store")) { Environment = { ["PATH"] = Fakes.SearchPath } };
        foreach (var file in Directory.EnumerateFiles(Path.Combine(RepositoryRoot.Find(), "recipes")))
        {
            File.Copy(file, Path.Combine(_temp.MakeFolder("recipes"), Path.GetFileName(file)));
        }
    }

    public FakeTools Fakes { get; }

    public EzProgram Ez { get; }

    public string RecipeOf(string name) => _temp.At("recipes", name + ".yaml");

    /// <summary>A recipe beside the shipped ones.</summary>
    public void Write(string name, string text) => File.WriteAllText(RecipeOf(name), text);

    public string LockOf(string name) => _temp.At("recipes", name + ".amd64.lock.json");

    /// <summary>The locks of all packages of a shipped recipe's version, the OS's first.</summary>
    public IReadOnlyList<string> LayersOf(string name)
    {
        using var held = JsonDocument.Parse(File.ReadAllBytes(LockOf(name)));
        return held.RootElement.TryGetProperty("base", out var below) && below.ValueKind == JsonValueKind.Object
            ? [LockOf(below.GetProperty("template").GetString()!), LockOf(name)]
            : [LockOf(name)];
    }

    /// <summary>Brings up a shipped recipe under another name, with <c>configure: none</c>, on its OS of that kind.</summary>
    /// <returns>That name.</returns>
    public string UpPlain(string recipe)
    {
        var text = File.ReadAllText(RecipeOf(recipe));
        if (text.Contains("kind: app", StringComparison.Ordinal))
        {
            UpPlain("debian-12");
        }

        File.WriteAllText(RecipeOf("plain-" + recipe), text
            .Replace("configure: sandbox", "configure: none", StringComparison.Ordinal)
            .Replace($"name: {recipe}", $"name: plain-{recipe}", StringComparison.Ordinal)
            .Replace("base: ", "base: plain-", StringComparison.Ordinal));
        Up("plain-" + recipe);
        return "plain-" + recipe;
    }

    public string ArchiveOf(string sha256) => Path.Combine(Ez.Store, "store", "archives", sha256);

    public string ObjectOf(string sha256) => Path.Combine(Ez.Store, "store", "data", ".ez-objects", sha256[..2], sha256[2..]);

    /// <summary>What `ez up --json` answered for a shipped recipe. Skips the test where there is no mirror, root or overlayfs.</summary>
    public JsonElement Up(string recipe)
    {
        Requires.Overlay();
        Requires.Tool("gpgv");
        Requires.HostMirror();
        if (!_ups.TryGetValue(recipe, out var report))
        {
            var run = ToolRun.Run(Ez.Command("up", "--json", RecipeOf(recipe)) with { Timeout = TimeSpan.FromMinutes(10) }).Succeed();
            report = Json(run);
            _ups[recipe] = report;
        }

        return report;
    }

    /// <summary>New environments on a shipped recipe, which is brought up first; nothing has run in them.</summary>
    public IReadOnlyList<string> Create(string recipe, int count)
    {
        Up(recipe);
        string[] names = [.. Enumerable.Range(0, count).Select(_ => string.Create(CultureInfo.InvariantCulture, $"e{++_environments}"))];
        Ez.Succeed(["env", "create", "--template", recipe, .. names]);
        return names;
    }

    public string Create(string recipe) => Create(recipe, 1)[0];

    public string Mount(string environment) => Ez.Succeed("env", "path", environment).Output.TrimEnd('\n');

    public ToolRun Exec(string environment, params IReadOnlyList<string> command) => Ez.Run(["env", "exec", environment, "--", .. command]);

    public static JsonElement Json(ToolRun run)
    {
        ArgumentNullException.ThrowIfNull(run);
        using var document = JsonDocument.Parse(run.Stdout);
        return document.RootElement.Clone();
    }

    public void Dispose()
    {
        if (Directory.Exists(Path.Combine(Ez.Store, "environments")))
        {
            var names = Directory.EnumerateDirectories(Path.Combine(Ez.Store, "environments")).Select(folder => Path.GetFileName(folder)!).ToList();
            if (names.Count > 0)
            {
                Ez.Succeed(["env", "remove", .. names]);
            }
        }

        _watch.AssertNothingLeft();
        _temp.Dispose();
    }
}
