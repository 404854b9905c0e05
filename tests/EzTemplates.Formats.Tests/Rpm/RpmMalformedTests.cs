using System.Text;
using EzTemplates.Domain;
using Xunit;

namespace EzTemplates.Formats.Tests;

/// <summary>Metadata that is not what it should be: an error that names file and record, or a package set aside.</summary>
public sealed class RpmMalformedTests
{
    [Theory]
    [InlineData("<name>b</name>", "it has no usable name")]
    [InlineData("<arch>x86_64</arch>", "it has no usable architecture")]
    [InlineData("<version epoch=\"0\" ver=\"1\" rel=\"1\"/>", "is no version and release")]
    [InlineData("<location href=\"Packages/b-1.rpm\"/>", "is not a path below a repository's root")]
    [InlineData("<size package=\"10\" installed=\"20\" archive=\"30\"/>", null)]
    public void A_package_that_lacks_something_is_set_aside(string missing, string? reason)
    {
        var broken = RpmMetadata.Package("b");
        Assert.Contains(missing, broken, StringComparison.Ordinal);
        var builder = Read(RpmMetadata.Primary(RpmMetadata.Package("a"), broken.Replace(missing, "", StringComparison.Ordinal), RpmMetadata.Package("c")));
        if (reason is not null)
        {
            Assert.Contains(reason, Assert.Single(builder.Warnings).Reason, StringComparison.Ordinal);
            Assert.StartsWith("package 2", builder.Warnings[0].Record, StringComparison.Ordinal);
        }

        Assert.Equal(reason is null ? 3 : 2, builder.ToUniverse().PackageCount);
    }

    [Theory]
    [InlineData("<checksum type=\"sha\" pkgid=\"YES\">da39a3ee</checksum>", "its checksum is of type `sha`, not `sha256`, `sha384` or `sha512`")]
    [InlineData("<checksum type=\"sha256\" pkgid=\"YES\">da39a3ee</checksum>", "`da39a3ee` is not a digest of type `sha256`")]
    public void A_package_without_a_usable_checksum_is_set_aside(string checksum, string reason) =>
        Assert.Equal(reason, Assert.Single(Read(RpmMetadata.Primary(RpmMetadata.Package("a", checksum: checksum))).Warnings).Reason);

    [Theory]
    [InlineData("../../etc/passwd")]
    [InlineData("/etc/passwd")]
    [InlineData("a/./b.rpm")]
    [InlineData("a b.rpm")]
    public void A_place_outside_the_repository_is_set_aside(string path) =>
        Assert.Single(Read(RpmMetadata.Primary(RpmMetadata.Package("a", path: path))).Warnings);

    [Theory]
    [InlineData("epoch=\"0\" ver=\"1-2\" rel=\"1\"")]
    [InlineData("epoch=\"x\" ver=\"1\" rel=\"1\"")]
    [InlineData("epoch=\"0\" ver=\"1/../..\" rel=\"1\"")]
    [InlineData("epoch=\"0\" ver=\"1\" rel=\"1/x\"")]
    [InlineData("epoch=\"0\" ver=\"1:2\" rel=\"1\"")]
    public void A_version_that_would_read_otherwise_is_set_aside(string version) => Assert.Single(Read(RpmMetadata.Primary(
        RpmMetadata.Package("a").Replace("epoch=\"0\" ver=\"1\" rel=\"1\"", version, StringComparison.Ordinal))).Warnings);

    [Theory]
    [InlineData("..")]
    [InlineData("a/b")]
    public void A_name_that_would_be_a_path_is_set_aside(string name) =>
        Assert.Equal("it has no usable name", Assert.Single(Read(RpmMetadata.Primary(RpmMetadata.Package(name, path: "a.rpm"))).Warnings).Reason);

    [Fact]
    public void What_is_cut_anywhere_is_an_error_that_names_the_file_and_the_package()
    {
        var whole = RpmMetadata.Primary(RpmMetadata.Package("first"), RpmMetadata.Package("second", format: RpmMetadata.Entries("requires", "x")));
        var second = whole.IndexOf("second", StringComparison.Ordinal) + 20;
        for (var length = 0; length < whole.Length; length += 7)
        {
            var error = Assert.Throws<MalformedMetadataException>(() => Read(whole[..length]));
            Assert.Equal("primary.xml", error.File);
            Assert.True(length < second || error.Reason.Contains("package", StringComparison.Ordinal), error.Message);
        }
    }

    [Fact]
    public void A_document_type_is_refused_and_its_entities_never_expanded()
    {
        var bomb = "<!DOCTYPE metadata [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;\">]>" + "<metadata><package type=\"rpm\"><name>&b;</name></package></metadata>";
        _ = Assert.Throws<MalformedMetadataException>(() => Read(bomb));
        var comps = "<!DOCTYPE comps [<!ENTITY a \"x\">]><comps><group><id>&a;</id></group></comps>";
        _ = Assert.Throws<MalformedMetadataException>(() => new RpmUniverseBuilder().AddGroups(RpmMetadata.Stream(comps), "comps.xml"));
    }

    [Theory]
    [InlineData("<?xml version=\"1.0\" encoding=\"no-such\"?><metadata/>")]
    [InlineData("<other/>")]
    [InlineData("")]
    [InlineData("not xml at all")]
    [InlineData("<metadata>\0</metadata>")]
    public void What_is_no_metadata_is_an_error(string text) => Assert.Throws<MalformedMetadataException>(() => Read(text));

    [Fact]
    public void Bytes_that_are_not_in_the_encoding_are_an_error()
    {
        var bytes = Encoding.Latin1.GetBytes(RpmMetadata.Primary(RpmMetadata.Package("caf\u00e9")));
        var error = Assert.Throws<MalformedMetadataException>(() => new RpmUniverseBuilder().AddPrimary("main", new MemoryStream(bytes), "primary.xml"));
        Assert.Equal("primary.xml", error.File);
    }

    [Fact]
    public void Endless_nesting_and_endless_tags_end_soon()
    {
        foreach (var piece in (string[])["<a>", "<a b='", " x='y'", "<!-- ", "aaaaaaaa"])
        {
            using var endless = new EndlessStream("<metadata><package type='rpm'><name" + (piece[0] == ' ' ? "" : ">"), piece);
            _ = Assert.Throws<MalformedMetadataException>(() => new RpmUniverseBuilder().AddPrimary("main", endless, "primary.xml"));
            Assert.True(endless.Position < 64 << 20, $"`{piece}` was read for {endless.Position} bytes");
        }
    }

    [Fact]
    public void Deep_rich_dependencies_are_set_aside_and_wide_ones_read()
    {
        var deep = string.Concat(Enumerable.Repeat("(a or ", 100_000)) + "b" + new string(')', 100_000);
        var wide = "(" + string.Join(" or ", Enumerable.Range(0, 10_000).Select(i => $"p{i}")) + ")";
        var builder = Read(RpmMetadata.Primary(
            RpmMetadata.Package("deep", format: RpmMetadata.Entries("requires", deep)), RpmMetadata.Package("wide", format: RpmMetadata.Entries("requires", wide))));
        Assert.Contains("nested too deeply", Assert.Single(builder.Warnings).Reason, StringComparison.Ordinal);
        var universe = builder.ToUniverse();
        Assert.Equal(10_000, universe.Dependencies(new PackageId(0))[0].Term.Count);
    }

    [Theory]
    [InlineData("{a: [b")]
    [InlineData("a: b: c")]
    [InlineData("--- [\n- ]\n")]
    public void Modules_that_are_no_yaml_are_an_error(string text)
    {
        var error = Assert.Throws<MalformedMetadataException>(() => new RpmUniverseBuilder().AddModules("main", RpmMetadata.Stream(text), "modules.yaml"));
        Assert.Equal("modules.yaml", error.File);
    }

    [Fact]
    public void Deep_yaml_is_an_error() => Assert.Throws<MalformedMetadataException>(() =>
        new RpmUniverseBuilder().AddModules("main", RpmMetadata.Stream(new string('[', 5000)), "modules.yaml"));

    private static RpmUniverseBuilder Read(string primary)
    {
        var builder = new RpmUniverseBuilder();
        builder.AddPrimary("main", RpmMetadata.Stream(primary), "primary.xml");
        return builder;
    }

    /// <summary>A start, then one piece for ever.</summary>
    private sealed class EndlessStream(string start, string piece) : Stream
    {
        private readonly byte[] _start = Encoding.UTF8.GetBytes(start);
        private readonly byte[] _piece = Encoding.UTF8.GetBytes(piece);

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position { get; set; }

        public override int Read(byte[] buffer, int offset, int count)
        {
            for (var i = 0; i < count; i++, Position++)
            {
                buffer[offset + i] = Position < _start.Length ? _start[Position] : _piece[(Position - _start.Length) % _piece.Length];
            }

            return count;
        }

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
