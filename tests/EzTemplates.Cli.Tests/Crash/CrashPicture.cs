using System.Text.Json;
using System.Text.Json.Nodes;
using EzTemplates.Testing;

namespace EzTemplates.Cli.Tests;

/// <summary>
/// All of a store, its recipes and its environment's view that must not depend on what happened on the way: every path, with the
/// times of day taken out of the records, and the metadata of trees with their times.
/// </summary>
internal sealed class CrashPicture
{
    /// <summary>An index that may be rebuilt, files that only carry a flock, and what the kernel keeps.</summary>
    private static readonly string[] NotCounted =
    [
        "catalog.db", "catalog.db-wal", "catalog.db-shm", "store/lock", "store/locks", "store/layers", "store/history",
        $"environments/{CrashGround.Environment}/root", Path.Combine("environments", CrashGround.Environment, "work", "work"),
    ];

    private readonly IReadOnlyList<string> _lines;

    private CrashPicture(IReadOnlyList<string> lines) => _lines = lines;

    public static CrashPicture Take(CrashGround ground)
    {
        var lines = new List<string>();
        lines.AddRange(StoreLines(ground.Store));
        lines.AddRange(StoreSnapshot.Take(ground.Recipes).Lines.Select(line => "recipes: " + line));
        lines.AddRange(Details(Path.Combine(ground.Store, "store", "trees")).Select(line => "tree: " + line));
        lines.AddRange(History(ground.Store));
        if (Directory.Exists(Path.Combine(ground.Store, "environments", CrashGround.Environment)))
        {
            var root = ground.Ez.Succeed("env", "path", CrashGround.Environment).Output.TrimEnd();
            lines.AddRange(Details(root).Select(WithoutTimeOfOwn).Concat(StoreSnapshot.Take(root).Lines.Select(WithoutRandom)).Select(line => "view: " + line));
        }

        return new CrashPicture(lines);
    }

    /// <summary>The store's files alone, as they are while no command runs.</summary>
    public static CrashPicture OfFiles(CrashGround ground) => new(
        [.. StoreLines(ground.Store), .. StoreSnapshot.Take(ground.Recipes).Lines.Select(line => "recipes: " + line), .. History(ground.Store)]);

    public void AssertSame(CrashPicture now, string what)
    {
        var differences = Without(_lines, now._lines).Select(line => "- " + line).Concat(Without(now._lines, _lines).Select(line => "+ " + line)).ToList();
        Assert.True(differences.Count == 0, $"after {what}, {differences.Count} differences ({TestSeed.Hint}):\n{string.Join('\n', differences.Take(30))}");
    }

    public bool Has(string line) => _lines.Contains(line, StringComparer.Ordinal);

    /// <summary>Lines that are gone, and lines that have come.</summary>
    public (IReadOnlyList<string> Gone, IReadOnlyList<string> Come) ChangesTo(CrashPicture now) => (Without(_lines, now._lines), Without(now._lines, _lines));

    private static List<string> Without(IReadOnlyList<string> lines, IReadOnlyList<string> others)
    {
        var known = others.ToHashSet(StringComparer.Ordinal);
        return [.. lines.Where(line => !known.Contains(line))];
    }

    private static IEnumerable<string> StoreLines(string store)
    {
        foreach (var line in StoreSnapshot.Take(store, NotCounted).Lines)
        {
            var path = line[..line.IndexOf(' ', StringComparison.Ordinal)];
            if (path.EndsWith("/history", StringComparison.Ordinal))
            {
                yield return path;
            }
            else if (path.StartsWith("store/versions/", StringComparison.Ordinal) && path.EndsWith(".json", StringComparison.Ordinal))
            {
                var record = JsonNode.Parse(File.ReadAllBytes(Path.Combine(store, path)))!.AsObject();
                record.Remove("committed");
                yield return $"{path} {record.ToJsonString()}";
            }
            else
            {
                yield return WithoutRandom(line);
            }
        }
    }

    /// <summary>No two environments have one machine-id.</summary>
    private static string WithoutRandom(string line) =>
        line.Split(' ') is [var path, .. var fields, _] && path.EndsWith("etc/machine-id", StringComparison.Ordinal) ? $"{path} {string.Join(' ', fields)}" : line;

    private static IEnumerable<string> Details(string folder) => !Directory.Exists(folder)
        ? []
        : ToolRun.Run("find", folder, "-xdev", "-mindepth", "1", "-printf", "%P %y %m %U %G %s %n %T@ %l\\n").Succeed().Lines
            .Where(line => !line.Contains("/.ez-objects c ", StringComparison.Ordinal))
            .Select(line => line.Split(' ') is [var path, "d", var mode, var uid, var gid, _, _, var time, ..] ? $"{path} d {mode} {uid} {gid} {time}" : line)
            .Order(StringComparer.Ordinal);

    /// <summary>The environment's own name files are as old as itself.</summary>
    private static string WithoutTimeOfOwn(string line) =>
        line.Split(' ') is ["etc/hostname" or "etc/hosts" or "etc/machine-id", .. var fields, _, ""] ? $"own: {string.Join(' ', fields)}" : line;

    private static IEnumerable<string> History(string store)
    {
        var file = Path.Combine(store, "environments", CrashGround.Environment, "history");
        if (!File.Exists(file))
        {
            yield break;
        }

        foreach (var line in File.ReadAllLines(file))
        {
            using var entry = JsonDocument.Parse(line);
            var json = entry.RootElement;
            yield return $"history: {json.GetProperty("n")} {json.GetProperty("action")} {json.GetProperty("from")} {json.GetProperty("to")}";
        }
    }
}
