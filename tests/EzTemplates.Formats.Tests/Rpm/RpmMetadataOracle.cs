using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using EzTemplates.Testing;

namespace EzTemplates.Formats.Tests;

/// <summary>What Python's readers of XML and YAML make of a file of a repository.</summary>
/// <param name="Kind">By the outermost element: metadata, filelists, comps, updates, repomd; modules; other (no metadata), unread (of a kind that ez has no use for).</param>
/// <param name="Items">A line a thing: a package with all that counts of it, a file of a package, a member of a group.</param>
/// <param name="SetAside">By the number of the record, what is wrong with it: one of these words must be in what is said of it.</param>
/// <param name="Refused">What is wrong with the whole file; empty where nothing is.</param>
internal sealed record JudgedMetadata(string Path, string Kind, ImmutableArray<string> Items, IReadOnlyDictionary<int, ImmutableArray<string>> SetAside, string Refused);

internal static class RpmMetadataOracle
{
    public static List<JudgedMetadata> Judge(IReadOnlyList<string> files)
    {
        var script = System.IO.Path.Combine(AppContext.BaseDirectory, "Rpm", "rpm-metadata.py");
        var run = ToolRun.Run(new ToolCommand(Python(), script) { Stdin = Encoding.UTF8.GetBytes(string.Concat(files.Select(file => file + "\0"))) });
        return [.. run.Succeed().Lines.Select(Parse)];
    }

    /// <summary>PyYAML belongs to the system's Python, which need not be the first on PATH.</summary>
    private static string Python()
    {
        Requires.Tool("python3");
        foreach (var python in (string[])["python3", "/usr/bin/python3"])
        {
            if (ToolRun.Run(python, "-c", "import yaml").ExitCode == 0)
            {
                return python;
            }
        }

        Xunit.Assert.Skip("needs the program python3 with PyYAML");
        return "";
    }

    private static JudgedMetadata Parse(string line)
    {
        using var document = JsonDocument.Parse(line);
        var root = document.RootElement;
        return new JudgedMetadata(
            root.GetProperty("path").GetString()!,
            root.GetProperty("kind").GetString()!,
            [.. root.GetProperty("items").EnumerateArray().Select(item => item.GetString()!)],
            root.GetProperty("setAside").EnumerateObject().ToDictionary(
                record => int.Parse(record.Name, System.Globalization.CultureInfo.InvariantCulture),
                record => record.Value.EnumerateArray().Select(word => word.GetString()!).ToImmutableArray()),
            root.TryGetProperty("refused", out var refused) ? refused.GetString()! : "");
    }
}
