using System.IO.Compression;
using System.Text;
using EzTemplates.Domain;
using EzTemplates.Testing;
using Xunit;

namespace EzTemplates.Formats.Tests.Deb;

/// <summary>A whole real index against a parser that is as plain as can be: split at empty lines, then at colons.</summary>
public sealed class BookwormIndexTests
{
    private static readonly Lazy<byte[]> Index = new(Unpack);
    private static readonly Lazy<List<Dictionary<string, string>>> ParsedStanzas = new(Parse);
    private static readonly Lazy<byte[]> Block = new(() => UniverseEncoding.Encode([new PackagesIndex("debian/bookworm", Index.Value, "Packages")]));

    [Fact]
    public void Has_every_package_once()
    {
        var universe = Universe();
        var stanzas = Stanzas();
        Assert.Equal(stanzas.Count, universe.PackageCount);
        Assert.Equal(
            stanzas.Select(stanza => $"{stanza["Package"]} {stanza["Version"]} ({stanza["Architecture"]})").Order(StringComparer.Ordinal),
            Enumerable.Range(0, universe.PackageCount).Select(i => universe.Describe(new PackageId(i))).Order(StringComparer.Ordinal));
        Assert.Equal(stanzas.Sum(stanza => long.Parse(stanza["Size"], null)), universe.Sizes.ToArray().Sum());
        Assert.Equal(
            stanzas.Sum(stanza => stanza.GetValueOrDefault("Provides", "").Split(',').Count(part => part.Trim() != "")),
            Enumerable.Range(0, universe.PackageCount).Sum(i => universe.Provides(new PackageId(i)).Length));
        Assert.Equal(
            stanzas.Count(stanza => stanza.GetValueOrDefault("Essential") == "yes"),
            universe.Flags.ToArray().Count(flags => flags.HasFlag(PackageFlags.Essential)));
    }

    [Fact]
    public void Has_every_field_as_it_stands()
    {
        var universe = Universe();
        var stanzas = Stanzas();
        var random = TestSeed.Random(nameof(Has_every_field_as_it_stands));
        for (var i = 0; i < 500; i++)
        {
            var stanza = stanzas[random.Next(stanzas.Count)];
            var package = Assert.Single(
                universe.Named(universe.Find(stanza["Package"])!.Value).ToArray(),
                id => universe.Text(universe.Versions[id.Value]) == stanza["Version"] && universe.Text(universe.Architectures[id.Value]) == stanza["Architecture"]);
            Assert.Equal(stanza["Filename"], universe.Path(package));
            Assert.Equal(stanza["SHA256"], universe.Sha256(package).ToString());
            Assert.Equal(long.Parse(stanza["Size"], null), universe.Sizes[package.Value]);
            Assert.Equal(long.Parse(stanza.GetValueOrDefault("Installed-Size", "0"), null) * 1024, universe.InstalledSizes[package.Value]);
            Assert.Equal(Flags(stanza), universe.Flags[package.Value]);
            Assert.Equal(NaiveDependencies(stanza), UniverseText.Dependencies(universe, package));
            Assert.Equal(NaiveRelations(stanza.GetValueOrDefault("Provides", "")), UniverseText.Provides(universe, package));
        }
    }

    [Fact]
    public void Finds_the_providers_of_every_name()
    {
        var universe = Universe();
        var expected = new HashSet<(string, string)>();
        foreach (var stanza in Stanzas())
        {
            foreach (var provided in NaiveRelations(stanza.GetValueOrDefault("Provides", "")).Select(text => text.Split(' ')[0]).Where(name => name != stanza["Package"]))
            {
                expected.Add((provided, $"{stanza["Package"]} {stanza["Version"]} ({stanza["Architecture"]})"));
            }
        }

        var found = new HashSet<(string, string)>();
        for (var i = 0; i < universe.StringCount; i++)
        {
            var name = new StringId(i);
            Assert.Equal(name, universe.Find(universe.Bytes(name)));
            foreach (var package in universe.Providers(name))
            {
                Assert.True(found.Add((universe.Text(name), universe.Describe(package))));
            }

            foreach (var package in universe.Named(name))
            {
                Assert.Equal(name, universe.Names[package.Value]);
            }
        }

        Assert.True(expected.SetEquals(found));
    }

    [Fact]
    public void Is_the_same_block_from_shuffled_stanzas_and_crlf()
    {
        _ = Requires.Shared();
        var stanzas = Encoding.UTF8.GetString(Index.Value).Split("\n\n", StringSplitOptions.RemoveEmptyEntries);
        var random = TestSeed.Random(nameof(Is_the_same_block_from_shuffled_stanzas_and_crlf));
        random.Shuffle(stanzas);
        var drawn = stanzas[..TestScale.Of(8000, stanzas.Length)];
        var expected = UniverseEncoding.Encode([Part(drawn, "\n")]);
        random.Shuffle(drawn);
        var half = random.Next(drawn.Length);
        Assert.True(expected.AsSpan().SequenceEqual(UniverseEncoding.Encode([Part(drawn[..half], "\n"), Part(drawn[half..], "\r\n")])), TestSeed.Hint);

        static PackagesIndex Part(string[] stanzas, string lineEnd) => new(
            "debian/bookworm",
            Encoding.UTF8.GetBytes((string.Join("\n\n", stanzas) + "\n").Replace("\n", lineEnd, StringComparison.Ordinal)),
            "Packages");
    }

    private static PackageUniverse Universe()
    {
        _ = Requires.Shared();
        return UniverseEncoding.Decode(Block.Value)!;
    }

    private static byte[] Unpack()
    {
        using var file = File.OpenRead(Path.Combine(Requires.Shared(), "conformance", "debian", "Packages.bookworm-main-amd64.gz"));
        using var gzip = new GZipStream(file, CompressionMode.Decompress);
        using var text = new MemoryStream();
        gzip.CopyTo(text);
        return text.ToArray();
    }

    private static List<Dictionary<string, string>> Stanzas() => ParsedStanzas.Value;

    private static List<Dictionary<string, string>> Parse()
    {
        var stanzas = new List<Dictionary<string, string>>();
        foreach (var stanza in Encoding.UTF8.GetString(Index.Value).Split("\n\n", StringSplitOptions.RemoveEmptyEntries))
        {
            var fields = new Dictionary<string, string>();
            foreach (var line in stanza.Split('\n').Where(line => line != "" && line[0] != ' '))
            {
                fields.Add(line[..line.IndexOf(':', StringComparison.Ordinal)], line[(line.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim());
            }

            stanzas.Add(fields);
        }

        return stanzas;
    }

    private static PackageFlags Flags(Dictionary<string, string> stanza) =>
        (stanza.GetValueOrDefault("Essential") == "yes" ? PackageFlags.Essential : 0)
        | (stanza.GetValueOrDefault("Protected") == "yes" || stanza.GetValueOrDefault("Important") == "yes" ? PackageFlags.Protected : 0)
        | stanza.GetValueOrDefault("Priority") switch
        {
            "required" => PackageFlags.PriorityRequired,
            "important" => PackageFlags.PriorityImportant,
            "standard" => PackageFlags.PriorityStandard,
            _ => 0,
        }
        | stanza.GetValueOrDefault("Multi-Arch") switch
        {
            "same" => PackageFlags.MultiArchSame,
            "foreign" => PackageFlags.MultiArchForeign,
            "allowed" => PackageFlags.MultiArchAllowed,
            _ => 0,
        };

    private static List<string> NaiveDependencies(Dictionary<string, string> stanza)
    {
        string[] kinds = ["Pre-Depends", "Depends", "Recommends", "Suggests", "Conflicts", "Breaks", "Replaces", "Enhances"];
        return [.. stanza.Where(field => kinds.Contains(field.Key)).SelectMany(field =>
            NaiveRelations(field.Value).Select(relation => $"{field.Key.Replace("-", "", StringComparison.Ordinal)}: {relation}"))];
    }

    private static List<string> NaiveRelations(string field) =>
        [.. field.Split(',').Select(part => part.Trim()).Where(part => part != "").Select(part =>
            string.Join(" | ", part.Split('|').Select(alternative => NaiveAlternative(alternative.Trim()))))];

    private static string NaiveAlternative(string text)
    {
        var open = text.IndexOf('(', StringComparison.Ordinal);
        if (open < 0)
        {
            return text;
        }

        var inside = text[(open + 1)..text.IndexOf(')', StringComparison.Ordinal)];
        var version = inside.TrimStart('<', '>', '=', ' ');
        var relation = inside[..^version.Length].Trim();
        return $"{text[..open].Trim()} ({(relation is "<" or ">" ? relation + "=" : relation)} {version.Trim()})";
    }
}
