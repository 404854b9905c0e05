using System.Text.Json;
using EzTemplates.Testing;

namespace EzTemplates.Cli.Tests;

/// <summary>A generated repository, a server over it, recipes, and <c>ez</c> with a store of its own that sees nothing of this machine's APT.</summary>
public sealed class Ground : IDisposable
{
    public Ground()
    {
        Requires.Root();
        Requires.Overlay();
        foreach (var tool in (string[])["dpkg-deb", "gpgv", "gpg", "xz"])
        {
            Requires.Tool(tool);
        }

        Repository = new GeneratedRepository();
        Server = new LocalServer(Repository.Root);
        Recipes = new RecipeFolder(Temp.At("recipes"), Repository, Server);
        Ez = NewProgram("store");
    }

    public TempFolder Temp { get; } = new();

    public GeneratedRepository Repository { get; }

    public LocalServer Server { get; }

    public RecipeFolder Recipes { get; }

    public EzProgram Ez { get; }

    /// <summary>Days after this are the Dates of the snapshots.</summary>
    public static DateTimeOffset Day(int number) => new DateTimeOffset(2024, 6, 1, 0, 0, 0, TimeSpan.Zero).AddDays(number);

    public EzProgram NewProgram(string store) => new(Temp.At(store))
    {
        Environment = { ["EZ_HOST_ROOT"] = Temp.MakeFolder("host") },
        WorkingDirectory = Temp.Root,
    };

    public PublishedSnapshot Publish(int day, params IReadOnlyList<GeneratedPackage> packages) =>
        Repository.Publish(new PublishOptions { Date = Day(day) }, packages);

    /// <summary>A package with one file that tells its version.</summary>
    public static GeneratedPackage Package(string name, string version, string? depends = null) =>
        new GeneratedPackage(name, version) { Depends = depends, Compressor = "gzip" }.File($"/usr/share/{name}/version", version + "\n");

    public string Read(string environment, string path) => File.ReadAllText(Path.Combine(Root(environment), path));

    public string Root(string environment) => Ez.Succeed("env", "path", environment).Output.TrimEnd();

    public JsonElement Json(params IReadOnlyList<string> arguments)
    {
        using var document = JsonDocument.Parse(Ez.Succeed([.. arguments, "--json"]).Stdout);
        return document.RootElement.Clone();
    }

    public byte[] Lock(string name) => File.ReadAllBytes(Recipes.LockOf(name));

    public JsonElement LockJson(string name)
    {
        using var document = JsonDocument.Parse(Lock(name));
        return document.RootElement.Clone();
    }

    /// <summary>Name and version of each row of a lock.</summary>
    public string[] Rows(string name) =>
        [.. LockJson(name).GetProperty("packages").EnumerateArray().Select(p => $"{p.GetProperty("name").GetString()} {p.GetProperty("version").GetString()}")];

    /// <summary>A failed run: its exit code and the whole of its standard error, progress left out.</summary>
    public static void Fails(ToolRun run, int exitCode, string error)
    {
        Assert.Equal("", run.Output);
        Assert.Equal(error, string.Join('\n', run.Error.TrimEnd('\n').Split('\n').Where(line => line.StartsWith("hint: ", StringComparison.Ordinal) || !line.EndsWith(" ...", StringComparison.Ordinal))));
        Assert.Equal(exitCode, run.ExitCode);
    }

    public void Dispose()
    {
        Server?.Dispose();
        Repository?.Dispose();
        Temp.Dispose();
    }
}
