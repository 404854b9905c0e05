using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.IO.Compression;
using System.Text.Json;
using EzTemplates.Testing;

namespace EzTemplates.Cli.Tests.Real;

/// <summary>Template versions of packages drawn from the index of debian-12's main suite, with the run's seed.</summary>
internal sealed class RandomPackages(RealGround ground)
{
    private const int MostRounds = 5;
    private const int MostDraws = 200;
    private const long LargestPackage = 30 << 20;

    // Unsatisfiable together, or two with one path, of which one would divert the other's.
    private const int Conflict = 3;

    private readonly Random _random = TestSeed.Random("packages drawn from the index");

    /// <summary>
    /// Draws packages one by one, and another for each that is at odds with those before it or brings too much with it; a set whose
    /// files collide is drawn anew. Returns the template's name.
    /// </summary>
    public string Build(int count, long mostBytes)
    {
        var names = Candidates();
        for (var round = 1; round <= MostRounds; round++)
        {
            var name = string.Create(CultureInfo.InvariantCulture, $"drawn-{round}");
            TestNotes.Write($"drawn: {string.Join(' ', Choose(name, names, (count, mostBytes)))}");
            var built = Run("build", name);
            if (built.ExitCode == 0)
            {
                return name;
            }

            TestNotes.Write(built.Error);
        }

        throw new InvalidOperationException($"no {count} packages that go together in {MostRounds} rounds; {TestSeed.Hint}");
    }

    /// <summary>Leaves a recipe of the packages and its lock.</summary>
    [SuppressMessage("Security", "CA5394", Justification = "A draw for a test, not a secret.")]
    private List<string> Choose(string name, List<string> names, (int Count, long MostBytes) wish)
    {
        var chosen = new List<string>();
        for (var draw = 0; chosen.Count < wish.Count && draw < MostDraws; draw++)
        {
            var next = names[_random.Next(names.Count)];
            WriteRecipe(name, [.. chosen, next]);
            if (Lock(name) is { } bytes && bytes <= wish.MostBytes)
            {
                chosen.Add(next);
            }
        }

        WriteRecipe(name, chosen);
        Lock(name);
        return chosen.Count == wish.Count ? chosen : throw new InvalidOperationException($"{MostDraws} draws gave {chosen.Count} packages; {TestSeed.Hint}");
    }

    /// <returns>The bytes of the archives; null where the packages are at odds.</returns>
    private long? Lock(string name)
    {
        File.Delete(ground.LockOf(name));
        if (Run("lock", name).ExitCode == Conflict)
        {
            return null;
        }

        using var document = JsonDocument.Parse(File.ReadAllBytes(ground.LockOf(name)));
        return document.RootElement.GetProperty("packages").EnumerateArray().Sum(row => row.GetProperty("size").GetInt64());
    }

    private ToolRun Run(string command, string name)
    {
        var run = ToolRun.Run(ground.Ez.Command(command, ground.RecipeOf(name)) with { Timeout = TimeSpan.FromMinutes(10) });
        return run.ExitCode == Conflict ? run : run.Succeed();
    }

    private void WriteRecipe(string name, IEnumerable<string> packages)
    {
        var repositories = File.ReadAllLines(ground.RecipeOf("debian-12")).SkipWhile(line => line != "repositories:").TakeWhile(line => !line.StartsWith('#'));
        File.WriteAllLines(ground.RecipeOf(name),
        [
            "format: 1", $"name: {name}", "kind: os", "version: \"1.0\"", "family: deb", "architecture: amd64",
            .. repositories,
            $"packages: [{string.Join(", ", packages)}]", "include-essential: false", "configure: none",
        ]);
    }

    /// <summary>All packages but huge ones. The index is the one that names an archive of debian-12's lock.</summary>
    private List<string> Candidates()
    {
        using var held = JsonDocument.Parse(File.ReadAllBytes(ground.LockOf("debian-12")));
        var known = held.RootElement.GetProperty("packages").EnumerateArray().First(row => row.GetProperty("name").GetString() == "base-files").GetProperty("sha256").GetString()!;
        var index = Directory.EnumerateFiles(Path.Combine(ground.Ez.Store, "store", "metadata", "indexes")).Select(ReadIndex).First(text => text.Contains(known, StringComparison.Ordinal));
        var names = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var stanza in index.Split("\n\n", StringSplitOptions.RemoveEmptyEntries))
        {
            var fields = stanza.Split('\n').Where(line => line.Length > 0 && line[0] != ' ').Select(line => line.Split(": ", 2)).ToLookup(field => field[0], field => field[^1], StringComparer.Ordinal);
            if (long.Parse(fields["Size"].Single(), CultureInfo.InvariantCulture) <= LargestPackage)
            {
                names.Add(fields["Package"].Single());
            }
        }

        return [.. names];
    }

    private static string ReadIndex(string file)
    {
        Span<byte> magic = stackalloc byte[6];
        using (var stream = File.OpenRead(file))
        {
            stream.ReadAtLeast(magic, magic.Length, throwOnEndOfStream: false);
        }

        if (magic[0] == 0x1F)
        {
            using var gzip = new StreamReader(new GZipStream(File.OpenRead(file), CompressionMode.Decompress));
            return gzip.ReadToEnd();
        }

        var tool = magic[0] == 0xFD ? "xz" : magic[0] == 0x28 ? "zstd" : "cat";
        Requires.Tool(tool);
        IReadOnlyList<string> arguments = tool == "cat" ? [file] : ["-d", "-c", file];
        return ToolRun.Run(tool, arguments).Succeed().Output;
    }
}
