using System.Text;
using System.Text.Json;
using EzTemplates.Testing;

namespace EzTemplates.Cli.Tests.Real;

/// <summary>A package as archives.py lists it. Hard links are in <see cref="Entries"/> with type <c>h</c>.</summary>
internal sealed record ListedPackage(string Name, string Version, string Replaces, List<TreeRow> Entries)
{
    private readonly Dictionary<string, bool> _replaced = new(StringComparer.Ordinal);

    /// <summary>Whether Replaces names the other in its version (deb-control(5)); dpkg itself compares the versions.</summary>
    public bool MayReplace(ListedPackage other)
    {
        if (!_replaced.TryGetValue(other.Name, out var may))
        {
            may = Replaces.Split(',', StringSplitOptions.TrimEntries).Any(relation => Admits(relation, other));
            _replaced.Add(other.Name, may);
        }

        return may;
    }

    private static bool Admits(string relation, ListedPackage other)
    {
        var words = relation.Split(['(', ')', ' '], StringSplitOptions.RemoveEmptyEntries);
        if (words.Length == 0 || words[0].Split(':')[0] != other.Name)
        {
            return false;
        }

        var constraint = string.Concat(words[1..]);
        var sign = constraint.AsSpan().IndexOfAnyExcept("<=>");
        return constraint.Length == 0 || ToolRun.Run("dpkg", "--compare-versions", other.Version, constraint[..sign], constraint[sign..]).ExitCode == 0;
    }
}

internal static class PackageArchives
{
    public static IReadOnlyList<ListedPackage> List(IEnumerable<string> files)
    {
        Requires.Tool("dpkg-deb");
        Requires.Tool("python3");
        var script = Path.Combine(AppContext.BaseDirectory, "Real", "archives.py");
        var run = ToolRun.Run(new ToolCommand("python3", script) { Stdin = Encoding.UTF8.GetBytes(string.Join('\n', files)), Timeout = TimeSpan.FromMinutes(10) }).Succeed();
        var packages = new List<ListedPackage>();
        foreach (var line in run.Lines)
        {
            using var document = JsonDocument.Parse(line);
            var row = document.RootElement;
            if (row.TryGetProperty("package", out var name))
            {
                packages.Add(new ListedPackage(name.GetString()!, row.GetProperty("version").GetString()!, row.GetProperty("replaces").GetString()!, []));
            }
            else
            {
                packages[^1].Entries.Add(TreeRow.Read(row));
            }
        }

        return packages;
    }
}
