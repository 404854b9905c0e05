using System.Globalization;
using EzTemplates.Domain;

namespace EzTemplates.Formats.Tests;

/// <summary>A file of a repository as our readers understand it, in the lines of <see cref="RpmMetadataOracle"/>.</summary>
internal sealed class RpmMetadataReading
{
    private readonly RpmUniverseBuilder _builder = new();

    public List<string> Items { get; } = [];

    public IReadOnlyList<MetadataWarning> Warnings => _builder.Warnings;

    public EzException? Failure { get; set; }

    public void Read(JudgedMetadata file, Stream plain)
    {
        switch (file.Kind)
        {
            case "filelists":
                ReadFilelists(file, plain);
                break;
            case "comps":
                _builder.AddGroups(plain, file.Path);
                Items.AddRange(Groups(_builder.ToUniverse()));
                break;
            case "updates":
                ReadAdvisories(file, plain);
                break;
            case "modules":
                _builder.AddModules("x", plain, file.Path);
                Items.AddRange(Streams(_builder.ToUniverse()));
                break;
            case "repomd":
                var repomd = RepomdReader.Read(plain, file.Path);
                Items.Add(repomd.Revision);
                Items.AddRange(repomd.Files.Select(f => $"{f.Type} {f.Path} {f.Size} {f.OpenSize} {f.Digest} {f.OpenDigest}"));
                break;
            default:
                _builder.AddPrimary("x", plain, file.Path);
                var universe = _builder.ToUniverse();
                Items.AddRange(Enumerable.Range(0, universe.PackageCount).Select(number => PackageLine(universe, new PackageId(number))));
                break;
        }
    }

    private static string PackageLine(RpmUniverse universe, PackageId package)
    {
        var number = package.Value;
        var dependencies = universe.Dependencies(package).ToArray().Select(d => $"{KindOf(d.Kind)} {TermOf(universe, d.Term)}");
        var provides = universe.Provides(package).ToArray().Select(id => RelationOf(universe, universe.Relation(id)));
        return string.Join(
            '\t',
            universe.Text(universe.Names[number]),
            universe.Text(universe.Versions[number]),
            universe.Text(universe.Architectures[number]),
            universe.Digest(package),
            universe.Path(package),
            universe.Sizes[number].ToString(CultureInfo.InvariantCulture),
            universe.InstalledSizes[number].ToString(CultureInfo.InvariantCulture),
            string.Join('|', dependencies.Distinct().Order(StringComparer.Ordinal)),
            string.Join('|', provides.Distinct().Order(StringComparer.Ordinal)));
    }

    private static string KindOf(RpmDependencyKind kind) =>
        (kind == RpmDependencyKind.PreRequires ? RpmDependencyKind.Requires : kind).ToString().ToLowerInvariant();

    private static string TermOf(RpmUniverse universe, RpmTerm term) => term.Operator == RpmOperator.Relation
        ? RelationOf(universe, universe.Relation(term.Relation))
        : $"({string.Join(' ', Leaves(universe, term))})";

    private static IEnumerable<string> Leaves(RpmUniverse universe, RpmTerm term) => term.Operator == RpmOperator.Relation
        ? [RelationOf(universe, universe.Relation(term.Relation))]
        : universe.Operands(term).ToArray().SelectMany(operand => Leaves(universe, operand));

    private static string RelationOf(RpmUniverse universe, RpmRelation relation) =>
        universe.Text(relation.Name) + relation.Relation.Symbol(PackageFamily.Rpm) + universe.Text(relation.Version);

    /// <summary>Each package that the file speaks of is made one of the universe, and each of its paths asked for.</summary>
    private void ReadFilelists(JudgedMetadata file, Stream plain)
    {
        var expected = file.Items.Select(item => item.Split(' ', 2)).ToList();
        foreach (var digest in expected.Select(item => item[0]).Distinct())
        {
            _ = _builder.Add("x", new RpmRecord { Name = "p" + digest, Architecture = "noarch", Version = "1", Digest = StatedDigest.Parse(digest), Path = digest });
        }

        var paths = expected.Select(item => item[1]).ToHashSet(StringComparer.Ordinal);
        _builder.AddFilelists("x", plain, file.Path, paths);
        var universe = _builder.ToUniverse();
        foreach (var path in paths)
        {
            Items.AddRange(universe.Providers(universe.Find(path)!.Value).ToArray().Select(provider => $"{universe.Digest(provider.Package)} {path}"));
        }
    }

    /// <summary>Each package that the file names is made one of the universe, and one that it does not name.</summary>
    private void ReadAdvisories(JudgedMetadata file, Stream plain)
    {
        var named = file.Items.Select(item => item.Split(' ')).Select(words => (Name: words[1], Evr: words[2], Architecture: words[3])).Distinct().ToList();
        foreach (var (name, evr, architecture) in named.Append(("named-by-none", "1-1", "noarch")))
        {
            var colon = evr.IndexOf(':', StringComparison.Ordinal);
            var parts = evr[(colon + 1)..].Split('-');
            var record = new RpmRecord { Name = name, Epoch = colon < 0 ? "" : evr[..colon], Version = parts[0], Release = parts[1], Architecture = architecture, Path = "x" };
            record.Digest = Sha256Digest.Of(System.Text.Encoding.UTF8.GetBytes($"{name} {evr} {architecture}"));
            Xunit.Assert.True(_builder.Add("x", record) is null || architecture == "src", $"{file.Path}: {name} {evr}");
        }

        _builder.AddAdvisories(plain, file.Path);
        var universe = _builder.ToUniverse();
        var secured = Enumerable.Range(0, universe.PackageCount).Where(number => universe.Flags[number].HasFlag(RpmPackageFlags.Security))
            .Select(number => $"{universe.Text(universe.Names[number])} {universe.Text(universe.Versions[number])} {universe.Text(universe.Architectures[number])}").ToHashSet(StringComparer.Ordinal);
        Items.AddRange(named.Select(p => $"{p.Name} {p.Evr} {p.Architecture}").Select(line => (secured.Contains(line) ? "security " : "other ") + line));
    }

    private static IEnumerable<string> Groups(RpmUniverse universe)
    {
        for (var group = 0; group < universe.Groups.Length; group++)
        {
            var id = universe.Text(universe.Groups[group]);
            yield return id;
            foreach (var member in universe.MembersOf(group).ToArray())
            {
                yield return $"{id} {member.Kind} {universe.Text(member.Name)} {universe.Text(member.Condition)}".TrimEnd();
            }
        }
    }

    private static IEnumerable<string> Streams(RpmUniverse universe)
    {
        for (var number = 0; number < universe.Streams.Length; number++)
        {
            var stream = universe.Streams[number];
            var needs = universe.NeedsOf(number).ToArray().Select(need => $"{universe.Text(need.Module)}:{universe.Text(need.Stream)}").Order(StringComparer.Ordinal);
            yield return $"{universe.Text(stream.Module)}:{universe.Text(stream.Stream)}{(stream.IsDefault == 1 ? " default" : "")} {string.Join(' ', needs)}".TrimEnd();
        }
    }
}
