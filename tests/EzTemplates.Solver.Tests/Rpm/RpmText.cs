using System.Globalization;
using System.Text;
using EzTemplates.Domain;
using EzTemplates.Formats;

namespace EzTemplates.Solver.Tests;

/// <summary>
/// A universe in a few words: one package a line, <c>name version [arch] ; Requires: a, (b if c) ; ...</c>; a line
/// <c>@ name [priority] [hotfixes]</c> starts the next repository, <c>% module:stream [default] nevra...</c> tells a stream,
/// <c>! name version</c> a security advisory and <c>&amp; group member...</c> a group, whose members may start with <c>?</c> (optional) or hold <c>name?condition</c>.
/// </summary>
internal sealed class RpmText
{
    private readonly RpmUniverseBuilder _builder = new();
    private readonly List<RpmSourcePolicy> _policies = [];

    public RpmText(string text)
    {
        var (source, modules, groups, advisories) = ("main", new StringBuilder(), new StringBuilder(), new StringBuilder());
        foreach (var line in text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            var words = line[1..].Split(' ', StringSplitOptions.RemoveEmptyEntries);
            switch (line[0])
            {
                case '@':
                    source = words[0];
                    _policies.Add(new RpmSourcePolicy(
                        words.Length > 1 ? int.Parse(words[1], CultureInfo.InvariantCulture) : 99, words.Contains("hotfixes")));
                    break;
                case '%':
                    AddStream(modules, words);
                    break;
                case '!':
                    _ = advisories.Append(CultureInfo.InvariantCulture, $"<package name=\"{words[0]}\" epoch=\"0\" version=\"{words[1]}\" release=\"1\" arch=\"x86_64\"/>");
                    break;
                case '&':
                    AddGroup(groups, words);
                    break;
                default:
                    Add(source, line);
                    break;
            }
        }

        if (modules.Length > 0)
        {
            _builder.AddModules("main", Bytes(modules), "modules.yaml");
        }

        if (groups.Length > 0)
        {
            _builder.AddGroups(Bytes(groups.Insert(0, "<comps>").Append("</comps>")), "comps.xml");
        }

        if (advisories.Length > 0)
        {
            _builder.AddAdvisories(
                Bytes(advisories.Insert(0, "<updates><update type=\"security\"><pkglist><collection>").Append("</collection></pkglist></update></updates>")), "updateinfo.xml");
        }

        Universe = _builder.ToUniverse();
    }

    public RpmUniverse Universe { get; }

    public RpmRequest Request(params string[] install) => new()
    {
        Install = [.. install.Select(ParseRequest)],
        Architectures = ["x86_64", "i686"],
        Sources = [.. _policies],
    };

    /// <summary>The package of that name, version and, where it is said, architecture.</summary>
    public static PackageId Id(RpmUniverse universe, string name, string version, string architecture = "")
    {
        for (var i = 0; i < universe.PackageCount; i++)
        {
            if (universe.Text(universe.Names[i]) == name && universe.Text(universe.Versions[i]) == Evr(version)
                && (architecture == "" || universe.Text(universe.Architectures[i]) == architecture))
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

    public static PackageRequest ParseRequest(string text)
    {
        var words = text.Split(' ');
        var colon = words[0].LastIndexOf(':');
        var (name, architecture) = colon < 0 ? (words[0], "") : (words[0][..colon], words[0][(colon + 1)..]);
        var entry = RpmEntry.Parse(string.Join(' ', [name, .. words.Skip(1)]));
        return new PackageRequest(entry.Name, entry.Relation, entry.Version, architecture);
    }

    private static string Evr(string version) => version.Contains('-') ? version : version + "-1";

    private static MemoryStream Bytes(StringBuilder text) => new(Encoding.UTF8.GetBytes(text.ToString()));

    private static void AddStream(StringBuilder yaml, string[] words)
    {
        var parts = words[0].Split(':');
        _ = yaml.Append(CultureInfo.InvariantCulture, $"---\ndocument: modulemd\nversion: 2\ndata:\n  name: {parts[0]}\n  stream: \"{parts[1]}\"\n");
        var needs = words.Where(w => w.StartsWith("needs=", StringComparison.Ordinal)).Select(w => w[6..].Split(':')).GroupBy(n => n[0], n => $"\"{n[1]}\"").ToList();
        if (needs.Count > 0)
        {
            _ = yaml.Append("  dependencies:\n  - requires:\n").AppendJoin("", needs.Select(n => $"      {n.Key}: [{string.Join(", ", n)}]\n"));
        }

        _ = yaml.Append("  artifacts:\n    rpms:\n").AppendJoin("", words.Where(w => w.EndsWith("64", StringComparison.Ordinal)).Select(w => $"    - {w}\n")).Append("...\n");
        if (words.Contains("default"))
        {
            _ = yaml.Append(CultureInfo.InvariantCulture, $"---\ndocument: modulemd-defaults\nversion: 1\ndata:\n  module: {parts[0]}\n  stream: \"{parts[1]}\"\n...\n");
        }
    }

    private static void AddGroup(StringBuilder xml, string[] words)
    {
        _ = xml.Append(CultureInfo.InvariantCulture, $"<group><id>{words[0]}</id><packagelist>");
        foreach (var word in words.Skip(1))
        {
            var parts = word.TrimStart('?').Split('?');
            var type = word[0] == '?' ? "optional" : parts.Length > 1 ? $"conditional\" requires=\"{parts[1]}" : "mandatory";
            _ = xml.Append(CultureInfo.InvariantCulture, $"<packagereq type=\"{type}\">{parts[0]}</packagereq>");
        }

        _ = xml.Append("</packagelist></group>");
    }

    private void Add(string source, string line)
    {
        var parts = line.Split(';', StringSplitOptions.TrimEntries);
        var words = parts[0].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var evr = Evr(words[1]);
        var colon = evr.IndexOf(':', StringComparison.Ordinal);
        var dash = evr.LastIndexOf('-');
        var record = new RpmRecord
        {
            Name = words[0],
            Epoch = colon < 0 ? "" : evr[..colon],
            Version = evr[(colon + 1)..dash],
            Release = evr[(dash + 1)..],
            Architecture = words.Length > 2 ? words[2] : "x86_64",
            Digest = Sha256Digest.Of(Encoding.UTF8.GetBytes(line)),
            Path = $"Packages/{words[0]}.rpm",
        };
        foreach (var part in parts.Skip(1))
        {
            var split = part.IndexOf(':', StringComparison.Ordinal);
            foreach (var entry in part[(split + 1)..].Split(',', StringSplitOptions.TrimEntries))
            {
                AddEntry(record, part[..split], entry);
            }
        }

        if (_builder.Add(source, record) is { } problem)
        {
            throw new ArgumentException($"{line}: {problem}");
        }
    }

    private static void AddEntry(RpmRecord record, string field, string entry)
    {
        switch (field)
        {
            case "Provides":
                record.Provides.Add(RpmEntry.Parse(entry));
                break;
            case "Files":
                record.Files.Add(entry);
                break;
            default:
                record.Dependencies.Add((Enum.Parse<RpmDependencyKind>(field), RpmEntry.Parse(entry)));
                break;
        }
    }

    public string Show(PackageId package)
    {
        var architecture = Universe.Text(Universe.Architectures[package.Value]);
        var version = Universe.Text(Universe.Versions[package.Value]);
        return Universe.Text(Universe.Names[package.Value]) + (architecture is "x86_64" or "noarch" ? "" : "." + architecture)
            + "=" + (version.EndsWith("-1", StringComparison.Ordinal) ? version[..^2] : version)
            + (Universe.Sources.Count > 1 ? "@" + Universe.Sources[Universe.SourceNumbers[package.Value]] : "");
    }
}
