using System.Globalization;
using System.Text;
using EzTemplates.Domain;
using EzTemplates.Formats;

namespace EzTemplates.Bench;

/// <summary>A package as both families can have it.</summary>
/// <param name="Needs">Each is met by one of its entries: a name, or <c>name = version</c>.</param>
/// <param name="Exclusive">A name that it provides, and of which it conflicts with every other provider; null for none.</param>
internal sealed record MadePackage(string Name, string Version, string[][] Needs, string? Exclusive = null)
{
    private Sha256Digest Digest => Sha256Digest.Of(Encoding.UTF8.GetBytes(Name + Version));

    public static PackageUniverse AsDeb(IEnumerable<MadePackage> packages)
    {
        var text = new StringBuilder();
        foreach (var package in packages)
        {
            package.WriteStanza(text);
        }

        var builder = new UniverseBuilder();
        builder.AddIndex(new PackagesIndex("made/main", Encoding.UTF8.GetBytes(text.ToString()), "made"));
        return builder.ToUniverse();
    }

    public static RpmUniverse AsRpm(IEnumerable<MadePackage> packages)
    {
        var builder = new RpmUniverseBuilder();
        foreach (var package in packages)
        {
            if (builder.Add("made", package.ToRecord()) is { } problem)
            {
                throw new ArgumentException($"{package.Name}: {problem}");
            }
        }

        return builder.ToUniverse();
    }

    private void WriteStanza(StringBuilder text)
    {
        text.Append(CultureInfo.InvariantCulture, $"Package: {Name}\nVersion: {Version}\nArchitecture: amd64\nFilename: pool/{Name}_{Version}.deb\nSize: 1\nSHA256: {Digest}\n");
        if (Needs.Length > 0)
        {
            text.Append("Depends: ").AppendJoin(", ", Needs.Select(need => string.Join(" | ", need.Select(AsDeb)))).Append('\n');
        }

        text.Append(Exclusive is null ? "\n" : $"Provides: {Exclusive}\nConflicts: {Exclusive}\n\n");
    }

    private static string AsDeb(string need) => need.Split(" = ") is [var name, var version] ? $"{name} (= {version})" : need;

    private RpmRecord ToRecord()
    {
        var record = new RpmRecord
        {
            Name = Name,
            Version = Version,
            Release = "1",
            Architecture = "x86_64",
            Digest = Digest,
            Path = $"Packages/{Name}-{Version}.rpm",
        };
        foreach (var need in Needs)
        {
            record.Dependencies.Add((RpmDependencyKind.Requires, RpmEntry.Parse(need.Length == 1 ? need[0] : $"({string.Join(" or ", need)})")));
        }

        if (Exclusive is not null)
        {
            record.Provides.Add(RpmEntry.Parse(Exclusive));
            record.Dependencies.Add((RpmDependencyKind.Conflicts, RpmEntry.Parse(Exclusive)));
        }

        return record;
    }
}
