using System.Text;
using System.Text.Json;
using EzTemplates.Testing;

namespace EzTemplates.Cli.Tests.Real;

/// <summary>A mounted view as a program inside sees it, listed by tree.py.</summary>
internal sealed class SeenTree
{
    /// <summary>Each environment's own, which no archive has.</summary>
    public static readonly IReadOnlyList<string> OwnFiles = ["/etc/hostname", "/etc/hosts", "/etc/machine-id", "/etc/apt/sources.list.d/ez.sources", "/var/lib/systemd/random-seed"];

    private readonly Dictionary<string, (string Parent, string Whole)> _resolved = new(StringComparer.Ordinal);

    private SeenTree()
    {
    }

    public Dictionary<string, SeenRow> Rows { get; } = new(StringComparer.Ordinal);

    /// <param name="asked">Absolute paths that <see cref="Resolve"/> will be asked for.</param>
    public static SeenTree List(string root, params IReadOnlyCollection<string> asked)
    {
        Requires.Root();
        Requires.Tool("python3");
        var seen = new SeenTree();
        var script = Path.Combine(AppContext.BaseDirectory, "Real", "tree.py");
        var run = ToolRun.Run(new ToolCommand("python3", script, root) { Stdin = Encoding.UTF8.GetBytes(string.Join('\0', asked)), Timeout = TimeSpan.FromMinutes(10) }).Succeed();
        using var answers = asked.GetEnumerator();
        foreach (var line in run.Lines)
        {
            using var document = JsonDocument.Parse(line);
            var row = document.RootElement;
            if (row.TryGetProperty("parent", out var parent))
            {
                answers.MoveNext();
                seen._resolved[answers.Current] = (parent.GetString()!, row.GetProperty("whole").GetString()!);
                continue;
            }

            var here = TreeRow.Read(row);
            if (OwnFiles.Contains(here.Path) && !asked.Contains(here.Path))
            {
                continue;
            }

            var xattrs = string.Join(' ', row.GetProperty("xattrs").EnumerateArray().Select(name => name.GetString()));
            seen.Rows.Add(here.Path, new SeenRow(here, row.GetProperty("inode").GetString()!, row.GetProperty("links").GetInt32(), row.GetProperty("size").GetInt64(), xattrs));
        }

        return seen;
    }

    /// <summary>Where an archive's entry is: links above it followed, and a directory's own too.</summary>
    public string Resolve(TreeRow entry)
    {
        var (parent, whole) = _resolved[entry.Path];
        return entry.IsFolder ? whole : parent;
    }

    /// <summary>Every path with all that is seen of it, one line each.</summary>
    public IReadOnlyList<string> Lines() => [.. Rows.Values.Select(seen => $"{seen.Row} {seen.Links} {seen.Xattrs}").Order(StringComparer.Ordinal)];
}
