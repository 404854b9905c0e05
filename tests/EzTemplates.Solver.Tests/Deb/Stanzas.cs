using System.Globalization;
using System.Text;
using EzTemplates.Domain;
using EzTemplates.Formats;

namespace EzTemplates.Solver.Tests;

/// <summary>
/// A universe in a few words: one package a line, <c>name version [arch] ; Field: value ; ...</c>; a line <c>@ name [priority]</c>
/// starts the next source.
/// </summary>
internal sealed class Stanzas
{
    private readonly UniverseBuilder _builder = new();
    private readonly List<SourcePolicy> _policies = [];

    public Stanzas(string text)
    {
        var source = "main/test";
        var stanzas = new StringBuilder();
        foreach (var line in text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            if (line[0] == '@')
            {
                Flush(source, stanzas);
                var words = line[1..].Split(' ', StringSplitOptions.RemoveEmptyEntries);
                source = words[0];
                _policies.Add(words.Length > 1 ? new SourcePolicy(int.Parse(words[1], CultureInfo.InvariantCulture)) : SourcePolicy.Default);
                continue;
            }

            _ = stanzas.Append(Stanza(line)).Append('\n');
        }

        Flush(source, stanzas);
        Universe = _builder.ToUniverse();
    }

    public PackageUniverse Universe { get; }

    public DebRequest Request(params string[] install) => new()
    {
        Install = [.. install.Select(ParseRequest)],
        NativeArchitecture = "amd64",
        Sources = [.. _policies],
    };

    /// <summary>The package of that name, version and, where there are several, source.</summary>
    public PackageId Id(string name, string version, int source = -1)
    {
        for (var i = 0; i < Universe.PackageCount; i++)
        {
            if (Universe.Text(Universe.Names[i]) == name && Universe.Text(Universe.Versions[i]) == version
                && (source < 0 || Universe.SourceNumbers[i] == source))
            {
                return new PackageId(i);
            }
        }

        throw new ArgumentException($"no {name} {version}");
    }

    public string Show(SolveResult result) => result switch
    {
        SolveResult.Solution s => string.Join(' ', s.Packages.Select(p => Show(p.Package))),
        SolveResult.Unsolvable u => u.Conflict + (u.Conflict.Hint is { } hint ? "\nhint: " + hint : ""),
        _ => throw new ArgumentException("a third kind"),
    };

    private string Show(PackageId package)
    {
        var architecture = Universe.Text(Universe.Architectures[package.Value]);
        return Universe.Text(Universe.Names[package.Value]) + (architecture is "amd64" or "all" ? "" : ":" + architecture)
            + "=" + Universe.Text(Universe.Versions[package.Value])
            + (Universe.Sources.Count > 1 ? "@" + Universe.Sources[Universe.SourceNumbers[package.Value]] : "");
    }

    private static PackageRequest ParseRequest(string text)
    {
        var words = text.Split(' ');
        var colon = words[0].IndexOf(':', StringComparison.Ordinal);
        var (name, architecture) = colon < 0 ? (words[0], "") : (words[0][..colon], words[0][(colon + 1)..]);
        var relation = words.Length == 1 ? VersionRelation.Any : words[1] switch
        {
            ">=" => VersionRelation.GreaterOrEqual,
            "<=" => VersionRelation.LessOrEqual,
            "=" => VersionRelation.Equal,
            "<" => VersionRelation.Less,
            _ => VersionRelation.Greater,
        };
        return new PackageRequest(name, relation, words.Length == 1 ? "" : words[2], architecture);
    }

    private void Flush(string source, StringBuilder stanzas)
    {
        if (stanzas.Length > 0)
        {
            _builder.AddIndex(new PackagesIndex(source, Encoding.UTF8.GetBytes(stanzas.ToString()), source));
            _ = stanzas.Clear();
        }
    }

    private static string Stanza(string line)
    {
        var parts = line.Split(';', StringSplitOptions.TrimEntries);
        var words = parts[0].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var architecture = words.Length > 2 ? words[2] : "amd64";
        var digest = parts.FirstOrDefault(p => p.StartsWith("SHA256:", StringComparison.Ordinal)) is null
            ? $"SHA256: {Sha256Digest.Of(Encoding.UTF8.GetBytes(line))}\n" : "";
        return $"Package: {words[0]}\nVersion: {words[1]}\nArchitecture: {architecture}\nFilename: pool/{words[0]}.deb\nSize: 1\n{digest}"
            + string.Concat(parts.Skip(1).Select(p => p + "\n"));
    }
}
