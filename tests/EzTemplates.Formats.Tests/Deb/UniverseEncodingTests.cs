using System.Text;
using EzTemplates.Domain;
using EzTemplates.Testing;
using Xunit;

namespace EzTemplates.Formats.Tests.Deb;

public sealed class UniverseEncodingTests
{
    private const string DigestA = "3a2118df47bf3f04285649f0455c2fc6fe2dc7f0b237073038aa00af41f0d5f2";
    private const string DigestB = "53745ae74d05bccf6783400fa98f3932b21729ab9d2e86151aa2c331c3455178";

    [Fact]
    public void Holds_every_column_of_a_package()
    {
        var universe = Universe(("debian/bookworm", Stanza("a", "1:2-3", extra:
            "Multi-Arch: same\nEssential: yes\nInstalled-Size: 7\nDepends: b:any (>= 1) | c, d\nPre-Depends: e\nConflicts: f (<< 2)\nProvides: v (= 9), w\n")));
        var package = new PackageId(0);
        Assert.Equal(1, universe.PackageCount);
        Assert.Equal("a 1:2-3 (amd64)", universe.Describe(package));
        Assert.Equal(["debian/bookworm"], universe.Sources);
        Assert.Equal(0, universe.SourceNumbers[0]);
        Assert.Equal(PackageFlags.MultiArchSame | PackageFlags.Essential, universe.Flags[0]);
        Assert.Equal(1234, universe.Sizes[0]);
        Assert.Equal(7 * 1024, universe.InstalledSizes[0]);
        Assert.Equal(DigestA, universe.Sha256(package).ToString());
        Assert.Equal("pool/a_amd64.deb", universe.Path(package));
        Assert.Equal(["Depends: b:any (>= 1) | c", "Depends: d", "PreDepends: e", "Conflicts: f (<< 2)"], UniverseText.Dependencies(universe, package));
        Assert.Equal(["v (= 9)", "w"], UniverseText.Provides(universe, package));
        Assert.Equal([package], universe.Providers(universe.Find("v")!.Value).ToArray());
        Assert.Equal([package], universe.Named(universe.Find("a")!.Value).ToArray());
        Assert.Empty(universe.Named(universe.Find("d")!.Value).ToArray());
        Assert.Null(universe.Find("unheard-of"));
        Assert.Equal(StringId.Empty, universe.Find(""));
    }

    [Fact]
    public void Sorts_packages_by_name_architecture_version_and_source()
    {
        var universe = Universe(
            ("r/second", Stanza("b", "1") + Stanza("a", "1.10")),
            ("r/first", Stanza("a", "1.10") + Stanza("a", "1.9") + Stanza("a", "1.10~rc") + Stanza("a", "2", "all") + Stanza("a-b", "1") + Stanza("B", "1")));
        Assert.Equal(
            ["B 1 (amd64) r/first", "a 2 (all) r/first", "a 1.9 (amd64) r/first", "a 1.10~rc (amd64) r/first", "a 1.10 (amd64) r/second", "a 1.10 (amd64) r/first", "a-b 1 (amd64) r/first", "b 1 (amd64) r/second"],
            Enumerable.Range(0, universe.PackageCount).Select(i => universe.Describe(new PackageId(i)) + " " + universe.Sources[universe.SourceNumbers[i]]));
        Assert.Equal([1, 2, 3, 4, 5], universe.Named(universe.Find("a")!.Value).ToArray().Select(package => package.Value));
    }

    [Fact]
    public void A_stanza_twice_in_a_source_counts_once()
    {
        Assert.Equal(1, Universe(("r/s", Stanza("a", "1") + Stanza("a", "1")), ("r/s", Stanza("a", "1"))).PackageCount);
        Assert.Equal(2, Universe(("r/s", Stanza("a", "1")), ("r/t", Stanza("a", "1"))).PackageCount);
        Assert.Equal(2, Universe(("r/s", Stanza("a", "1") + Stanza("a", "1", digest: DigestB))).PackageCount);
        Assert.Equal(2, Universe(("r/s", Stanza("a", "1") + Stanza("a", "1.0"))).PackageCount);
    }

    [Fact]
    public void The_order_of_stanzas_does_not_matter()
    {
        var random = TestSeed.Random(nameof(The_order_of_stanzas_does_not_matter));
        var stanzas = Enumerable.Range(0, 300).Select(i => Stanza(
            $"p{random.Next(60)}",
            $"{random.Next(2)}:1.{random.Next(3)}{(random.Next(2) == 0 ? "" : ".0")}",
            random.Next(4) == 0 ? "all" : "amd64",
            random.Next(2) == 0 ? DigestA : DigestB,
            $"Depends: p{random.Next(60)} (>= {random.Next(9)}) | q{i % 7}\nProvides: v{random.Next(5)}, v{random.Next(5)}\nInstalled-Size: {i}\n")).ToArray();
        var expected = Encode(("r/s", string.Concat(stanzas)));
        for (var round = 0; round < 10; round++)
        {
            random.Shuffle(stanzas);
            var half = random.Next(stanzas.Length);
            Assert.True(
                expected.AsSpan().SequenceEqual(Encode(("r/s", string.Concat(stanzas[..half])), ("r/s", string.Concat(stanzas[half..])))),
                TestSeed.Hint);
        }
    }

    [Fact]
    public void A_source_taken_over_from_another_universe_is_as_if_parsed()
    {
        var random = TestSeed.Random(nameof(A_source_taken_over_from_another_universe_is_as_if_parsed));
        string Stanzas(int count) => string.Concat(Enumerable.Range(0, count).Select(i => Stanza(
            $"p{random.Next(60)}",
            $"{random.Next(2)}:1.{random.Next(3)}",
            random.Next(4) == 0 ? "all" : "amd64",
            Sha256Digest.Of(BitConverter.GetBytes(random.Next())).ToString(),
            $"Depends: p{random.Next(60)}:any (>= {random.Next(9)}) | q{random.Next(7)}, r\nConflicts: c{random.Next(9)}\nProvides: v{random.Next(5)} (= {random.Next(3)}), v{random.Next(5)}\nInstalled-Size: {i}\n")));
        for (var round = 0; round < 20; round++)
        {
            var (main, updates, security, newer) = (Stanzas(random.Next(200)), Stanzas(random.Next(30)), Stanzas(random.Next(30)), Stanzas(random.Next(1, 30)));
            var earlier = Build(("host/updates", updates, null), ("host/main", main, null), ("host/security", security, null)).ToUniverse();
            var expected = Build(("debian/main", main, null), ("debian/updates", newer, null), ("debian/security", security, null)).ToBlock();
            var got = Build(("debian/main", main, earlier), ("debian/updates", newer, earlier), ("debian/security", security, earlier)).ToBlock();
            Assert.True(expected.AsSpan().SequenceEqual(got), TestSeed.Hint);
        }

        // Each source by its texts: from the earlier universe where it has them, and parsed where it has not.
        static UniverseBuilder Build(params (string Source, string Text, PackageUniverse? Earlier)[] sources)
        {
            var builder = new UniverseBuilder();
            foreach (var (source, text, earlier) in sources)
            {
                var texts = Sha256Digest.Of(Encoding.UTF8.GetBytes(text));
                if (earlier?.FindSource(texts) is { } number and >= 0)
                {
                    builder.AddSource(source, texts, earlier, number);
                    continue;
                }

                builder.AddSource(source, texts);
                builder.AddIndex(new PackagesIndex(source, Encoding.UTF8.GetBytes(text), source));
            }

            return builder;
        }
    }

    [Fact]
    public void A_source_is_found_by_its_texts_alone()
    {
        var builder = new UniverseBuilder();
        builder.AddSource("r/s", Sha256Digest.Parse(DigestA));
        builder.AddIndex(new PackagesIndex("r/s", Encoding.UTF8.GetBytes(Stanza("a", "1")), "index"));
        builder.AddSource("r/t", Sha256Digest.Parse(DigestB));
        var universe = builder.ToUniverse();
        Assert.Equal((0, 1), (universe.FindSource(Sha256Digest.Parse(DigestA)), universe.FindSource(Sha256Digest.Parse(DigestB))));
        Assert.Equal(-1, universe.FindSource(Sha256Digest.Of("else"u8)));
    }

    [Fact]
    public void No_packages_are_a_universe_too()
    {
        var universe = Universe(("r/s", "\n"));
        Assert.Equal((0, 1), (universe.PackageCount, universe.StringCount));
        Assert.Equal(["r/s"], universe.Sources);
        Assert.Empty(UniverseEncoding.Decode(UniverseEncoding.Encode([]))!.Sources);
        Assert.Null(universe.Find("a"));
    }

    [Fact]
    public void Control_files_give_what_an_index_gives()
    {
        const string Control = "Package: a\nVersion: 1\nArchitecture: all\nDepends: b | c (= 2)\nProvides: x (= 1)\nInstalled-Size: 3\n";
        var builder = new UniverseBuilder();
        builder.Add("r/s", DebControl.Parse(Encoding.UTF8.GetBytes(Control), "control"), new ArchiveFacts("pool/a.deb", 5, Sha256Digest.Parse(DigestA)));
        Assert.Equal(Encode(("r/s", Control + $"Filename: pool/a.deb\nSize: 5\nSHA256: {DigestA}\n")), builder.ToBlock());
        Assert.Equal("a 1 (all)", builder.ToUniverse().Describe(new PackageId(0)));
    }

    [Fact]
    public void Provides_for_another_architecture_are_left_out()
    {
        var universe = Universe(("r/s", Stanza("a", "1", extra: "Provides: x:any, y:i386, z:amd64, a\n")));
        Assert.Equal(["x", "z", "a"], UniverseText.Provides(universe, new PackageId(0)));
        Assert.Empty(universe.Providers(universe.Find("a")!.Value).ToArray());
    }

    [Fact]
    public void Odd_entries_of_a_field_do_not_cost_the_index()
    {
        var universe = Universe(("r/s", Stanza("a", "1", extra: "Pre-Depends: b [i386] | c <!nocheck>\nProvides: v (>= 1), w | x, y [amd64], z <x>, last\n")));
        var package = new PackageId(0);
        Assert.Equal(["PreDepends: b | c"], UniverseText.Dependencies(universe, package));
        Assert.Equal(["x", "last"], UniverseText.Provides(universe, package));
    }

    [Theory]
    [InlineData("./pool/a_amd64.deb")]
    [InlineData("pool//./a_amd64.deb")]
    public void A_path_is_written_in_one_way(string path)
    {
        var universe = Universe(("r/s", Stanza("a", "1").Replace("pool/a_amd64.deb", path, StringComparison.Ordinal)));
        Assert.Equal("pool/a_amd64.deb", universe.Path(new PackageId(0)));
    }

    [Theory]
    [InlineData("Package: a", "Package: a b", 8, "Package", "not a name")]
    [InlineData("Version: 1\n", "", 8, "Version", "is missing")]
    [InlineData("Version: 1", "Version: 1:", 9, "Version", "nothing after colon")]
    [InlineData("Filename: pool/a_amd64.deb\n", "", 8, "Filename", "is missing")]
    [InlineData("pool/a", "/pool/a", 11, "Filename", "not a path below")]
    [InlineData("pool/a", "pool/../../a", 11, "Filename", "not a path below")]
    [InlineData("pool/a", "pool/a b", 11, "Filename", "not a path below")]
    [InlineData("pool/a", "pool/a?", 11, "Filename", "not a path below")]
    [InlineData("pool/a", "pool/#a", 11, "Filename", "not a path below")]
    [InlineData("pool/a", "pool\\a", 11, "Filename", "not a path below")]
    [InlineData("Size: 1234\n", "", 8, "Size", "is missing")]
    [InlineData("Size: 1234", "Size: -1", 12, "Size", "not a number")]
    [InlineData("Size: 1234", "Size: 12k", 12, "Size", "not a number")]
    [InlineData("Size: 1234", "Size: 99999999999999999999", 12, "Size", "not a number")]
    [InlineData("SHA256: 3a", "SHA256: 3", 13, "SHA256", "not a SHA-256")]
    [InlineData("SHA256: 3a", "SHA256: zz", 13, "SHA256", "not a SHA-256")]
    [InlineData("SHA256: 3a", "SHA512: 3a", 8, "SHA256", "is missing")]
    [InlineData("SHA256: 3a", "Depends: a b\nSHA256: 3a", 13, "Depends", "is missing between")]
    [InlineData("SHA256: 3a", "size: 1\nSHA256: 3a", 13, "size", "stands twice")]
    public void Refuses_a_malformed_stanza(string good, string bad, int line, string field, string reason)
    {
        // A good stanza of seven lines before it, so that lines are seen to be counted through.
        var stanza = Stanza("a", "1");
        Assert.Contains(good, stanza, StringComparison.Ordinal);
        var index = Stanza("z", "1") + stanza.Replace(good, bad, StringComparison.Ordinal);
        var refused = Assert.Throws<MalformedMetadataException>(() => Encode(("r/s", index)));
        Assert.Equal((line, field), (refused.Line, refused.Field));
        Assert.Contains(reason, refused.Reason, StringComparison.Ordinal);
        Assert.Equal("index of r/s", refused.File);
    }

    [Fact]
    public void Refuses_a_block_that_is_damaged_or_foreign()
    {
        var random = TestSeed.Random(nameof(Refuses_a_block_that_is_damaged_or_foreign));
        var block = Encode(("r/s", string.Concat(Enumerable.Range(0, 40).Select(i => Stanza($"p{i}", "1", extra: $"Depends: p{i + 1}\nProvides: v{i % 3}\n")))));
        Assert.NotNull(UniverseEncoding.Decode(block));
        for (var bit = 0; bit < block.Length * 8; bit += 1 + random.Next(40))
        {
            var damaged = block.ToArray();
            damaged[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.True(UniverseEncoding.Decode(damaged) is null, $"bit {bit} is not noticed");
        }

        for (var length = 0; length < block.Length; length += 1 + random.Next(16))
        {
            Assert.Null(UniverseEncoding.Decode(block.AsMemory(..length)));
        }

        Assert.Null(UniverseEncoding.Decode(new byte[block.Length]));
        Assert.Null(UniverseEncoding.Decode(block.Concat(new byte[8]).ToArray()));
        var noise = new byte[4096];
        random.NextBytes(noise);
        Assert.Null(UniverseEncoding.Decode(noise));
    }

    [Fact]
    public void A_mangled_index_is_read_or_refused_and_nothing_else()
    {
        var random = TestSeed.Random(nameof(A_mangled_index_is_read_or_refused_and_nothing_else));
        var good = Encoding.UTF8.GetBytes(Stanza("a", "1", extra: "Depends: b:any (>= 1) | c,\n d\nProvides: v (= 2)\nMulti-Arch: same\n") + Stanza("b", "2"));
        var refusals = 0;
        for (var i = 0; i < 5000; i++)
        {
            var text = good.ToList();
            for (var changes = random.Next(1, 4); changes > 0; changes--)
            {
                var at = random.Next(text.Count);
                switch (random.Next(3))
                {
                    case 0: text.RemoveAt(at); break;
                    case 1: text.Insert(at, (byte)random.Next(256)); break;
                    default: text[at] = text[random.Next(text.Count)]; break;
                }
            }

            try
            {
                var universe = UniverseEncoding.Decode(UniverseEncoding.Encode([new PackagesIndex("r/s", text.ToArray(), "index")]))!;
                Assert.InRange(universe.PackageCount, 1, 2);
            }
            catch (MalformedMetadataException)
            {
                refusals++;
            }
        }

        Assert.InRange(refusals, 100, 4900);
    }

    [Fact]
    public void Refuses_a_source_of_two_lines() =>
        Assert.Throws<ArgumentException>(() => Encode(("a\nb", Stanza("a", "1"))));

    private static string Stanza(string name, string version, string architecture = "amd64", string digest = DigestA, string extra = "") =>
        $"Package: {name}\nVersion: {version}\nArchitecture: {architecture}\n{extra}Filename: pool/{name}_{architecture}.deb\nSize: 1234\nSHA256: {digest}\n\n";

    private static byte[] Encode(params (string Source, string Text)[] indexes) =>
        UniverseEncoding.Encode(indexes.Select(index => new PackagesIndex(index.Source, Encoding.UTF8.GetBytes(index.Text), $"index of {index.Source}")));

    private static PackageUniverse Universe(params (string Source, string Text)[] indexes) => UniverseEncoding.Decode(Encode(indexes))!;
}
