using EzTemplates.Domain;
using EzTemplates.Testing;
using Xunit;

namespace EzTemplates.Formats.Tests.RpmFiles;

/// <summary>Every refusal names the file, the place, and the reason with the field; all are of the kind that exits with 5.</summary>
public sealed class RpmRefusalTests
{
    private static readonly Dictionary<string, (Func<byte[]> Make, string Member, string Reason)> Cases = new(StringComparer.Ordinal)
    {
        ["dotdot"] = Files(r => r.File("/usr/odd/../../evil"), "header: /usr/odd/../../evil", "leads out"),
        ["through a link"] = Files(r => r.Link("/usr/odd/d", "/tmp").File("/usr/odd/d/evil"), "payload: /usr/odd/d/evil", "below `/usr/odd/d`, a symbolic link"),
        ["below a file"] = Files(r => r.File("/usr/odd/f").File("/usr/odd/f/x"), "payload: /usr/odd/f/x", "which is no directory"),
        ["twice"] = Files(r => r.File("/usr/odd/f").File("/usr/odd//f"), "header: /usr/odd/f", "stands twice in the file list"),
        ["empty link"] = Files(r => r.Link("/usr/odd/l", ""), "header: /usr/odd/l", "link to nothing"),
        ["name too long"] = Files(r => r.File("/usr/odd/" + new string('n', 256)), "header", "longer than any"),
        ["socket"] = Files(r => r.Add(new RawRpmFile("/usr/odd/s", 0xc1ff)), "header: /usr/odd/s", "a socket by its FILEMODES"),
        ["no type"] = Files(r => r.Add(new RawRpmFile("/usr/odd/s", 0x1ff)), "header: /usr/odd/s", "FILEMODES 0777 has no file type"),
        ["capabilities"] = Files(r => r.Add(new RawRpmFile("/usr/odd/c", 0x81ed) { Capabilities = "cap_nope=ep" }), "payload: /usr/odd/c", "FILECAPS `cap_nope=ep` cannot be"),
        ["links that differ"] = Files(r => r.Add(new RawRpmFile("/usr/odd/a", 0x81a4, "1") { Inode = 3 }).Add(new RawRpmFile("/usr/odd/b", 0x81a4, "2") { Inode = 3 }), "header: /usr/odd/b", "by FILEINODES"),
        ["too few values"] = Field(h => h.Ints(1037, 0), "header", "FILEFLAGS has 1 values for 2 files"),
        ["no modes"] = Field(h => h.Remove(1030), "header", "no field FILEMODES"),
        ["modes as text"] = Field(h => h.Texts(1030, "a", "b"), "header", "FILEMODES is of type 8, which is not numbers"),
        ["folder beyond"] = Field(h => h.Ints(1116, 0, 9), "header: hello", "DIRINDEXES is 9, DIRNAMES has 2"),
        ["no name"] = Field(h => h.Remove(1000), "header", "no NAME"),
        ["provides as bytes"] = Field(h => h.Texts(1047, "user(odd)").Texts(1113, "dSBvZGQ").Bytes(1112, [0, 0, 0, 8]), "header", "PROVIDEFLAGS is of type 7, which is not numbers"),
        ["epoch as text"] = Field(h => h.Text(1003, "1"), "header", "EPOCH is of type 6, which is not numbers"),
        ["script as numbers"] = Field(h => h.Ints(1151, 1), "header", "PRETRANS is of type 4, which is not text"),
        ["trigger as numbers"] = Field(h => h.Ints(1066, 1), "header", "Triggername is of type 4, which is not text"),
        ["flags without names"] = Field(h => h.Texts(1049, "a", "b").Ints(1048, 0), "header", "REQUIREFLAGS has 1 values, and REQUIRENAME 2"),
        ["digest algorithm"] = Field(h => h.Ints(5011, 99), "header", "FILEDIGESTALGO is 99"),
        ["file digest"] = Field(h => h.Texts(1035, "", new string('0', 64)), "payload: /usr/odd/hello", "FILEDIGESTS promises 0000"),
        ["older file digest"] = Field(h => h.Ints(5011, 1).Texts(1035, "", new string('0', 32)), "payload: /usr/odd/hello", "FILEDIGESTS promises 0000"),
        ["digest's length"] = Field(h => h.Texts(1035, "", "00"), "payload: /usr/odd/hello", "FILEDIGESTS has 2 digits"),
        ["file size"] = Field(h => h.Ints(1028, 0, 7), "payload: /usr/odd/hello", "6 bytes, FILESIZES says 7"),
        ["negative size"] = Field(h => h.Remove(1028).Longs(5008, 0, -1), "header: /usr/odd/hello", "LONGFILESIZES is no size"),
        ["payload digest"] = Field(h => h.Texts(5092, new string('0', 64)), "payload", "PAYLOADDIGEST promises 0000"),
        ["archive digest"] = Field(h => h.Texts(5097, new string('0', 64)), "payload", "PAYLOADDIGESTALT promises 0000"),
        ["payload digest algorithm"] = Field(h => h.Ints(5093, 3), "payload", "PAYLOADDIGESTALGO is 3"),
        ["format"] = Field(h => h.Text(1124, "drpm"), "payload", "PAYLOADFORMAT is `drpm`"),
        ["compressor"] = Field(h => h.Text(1125, "rar"), "payload", "PAYLOADCOMPRESSOR `rar`"),
        ["other compressor"] = Field(h => h.Text(1125, "xz"), "payload", "not xz data"),
        ["header sha1"] = Signature(h => h.Text(269, new string('0', 40)), "header", "SHA1HEADER promises 0000"),
        ["header sha256"] = Signature(h => h.Text(273, new string('0', 64)), "header", "SHA256HEADER promises 0000"),
        ["package md5"] = Signature(h => h.Bytes(1004, new byte[16]), "payload", "SIGMD5 promises 0000"),
        ["signature of numbers"] = Signature(h => h.Raw(268, 2, 4, [1, 2, 3, 4]), "signature header", "RSAHEADER is of type 2, which is not bytes"),
        ["signature of bytes"] = Signature(h => h.Bytes(278, [1, 2, 3, 4]), "signature header", "OPENPGP is of type 7, which is not text"),
        ["member without a name"] = Archive(c => c.Raw("070701" + new string('0', 104)), "payload", "name has 0 bytes"),
        ["unknown member"] = Archive(c => c.Add("./usr/odd").Add("./usr/odd/other"), "payload: ./usr/odd/other", "none of the files that the header lists"),
        ["member leads out"] = Archive(c => c.Add("../../evil"), "payload: ../../evil", "leads out"),
        ["member's magic"] = Archive(c => c.Raw("070707000"), "payload", "and not with 070701, 070702 or 07070X"),
        ["member twice"] = Archive(c => c.Add("./usr/odd").Add("/usr/odd"), "payload: /usr/odd", "twice in the payload"),
        ["member missing"] = Archive(c => c.Add("./usr/odd"), "payload: /usr/odd/hello", "the payload does not have it"),
        ["member's place"] = Archive(c => c.Stripped(2), "payload", "place in the file list is 2"),
        ["member's checksum"] = Archive(c => c.Add("./usr/odd").Add("./usr/odd/hello", "hello\n", "070702", 1), "payload", "checksum is 0000021e, its header says 00000001"),
        ["member's number"] = Archive(c => c.Raw("070701" + new string('x', 104)), "payload", "no hexadecimal number"),
        ["content of a folder"] = Archive(c => c.Add("./usr/odd", "abc"), "payload: /usr/odd", "3 bytes of content, and is no file"),
        ["source"] = (() => new RawRpm { Change = h => h.Remove(1044) }.ToArray(), "header", "a source package"),
        ["link elsewhere"] = (() => new RawRpm { Archive = new RawCpio().Add("./l", "/y") }.Link("/l", "/x").ToArray(), "payload: /l", "FILELINKTOS"),
        ["link without content"] = (() => new RawRpm { Archive = new RawCpio().Add("./a").Add("./b") }.Add(new RawRpmFile("/a", 0x81a4, "x") { Inode = 1 }).Add(new RawRpmFile("/b", 0x81a4, "x") { Inode = 1 }).ToArray(), "payload: /a", "none of them has its content"),
        ["no rpm"] = (() => "!<arch>\n"u8.ToArray(), "lead", "does not begin as an rpm package"),
        ["empty"] = (() => [], "lead", "does not begin as an rpm package"),
        ["lead only"] = (RawRpm.Lead, "signature header", "first 16 bytes"),
    };

    public static TheoryData<string> Names => [.. Cases.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void Refusals_say_what_is_wrong(string name)
    {
        var (make, member, reason) = Cases[name];
        var failure = RpmInMemory.Refused(make(), new RpmReadOptions { FileName = "odd.rpm" });
        Assert.Equal(FailureKind.Untrusted, failure.Kind);
        Assert.StartsWith(member, failure.Member, StringComparison.Ordinal);
        Assert.Contains(reason, failure.Reason, StringComparison.Ordinal);
        Assert.StartsWith("`odd.rpm` is not a sound package: `", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(8, 0x7fffffff, "count of fields is 2147483647")]
    [InlineData(8, 0, "count of fields is 0")]
    [InlineData(12, -1, "data has 4294967295 bytes")]
    [InlineData(12, 40 << 20, "the package ends after")]
    [InlineData(16 + 16 + 4, 99, "field 1, NAME (tag 1000): its type 99")]
    [InlineData(16 + 16 + 8, -5, "field 1, NAME (tag 1000): its offset -5")]
    [InlineData(16 + 16 + 12, 0x40000000, "field 1, NAME (tag 1000): its count 1073741824")]
    [InlineData(16 + 16, 1001, "field 2, VERSION (tag 1001): it stands twice")]
    [InlineData(16 + 16, 5, "field 1, tag 5: a tag below 100")]
    [InlineData(16 + 8, 0x10000000, "field 0, tag 63: its offset")]
    [InlineData(16 + 4, 6, "field 0, tag 63: it is no region")]
    public void Indexes_are_checked_before_they_are_believed(int at, int value, string reason)
    {
        var rpm = RawRpm.WithFolders().File("/usr/odd/hello").ToArray();
        var main = MainHeader(rpm);
        System.Buffers.Binary.BinaryPrimitives.WriteInt32BigEndian(rpm.AsSpan(main + at), value);
        var failure = RpmInMemory.Refused(rpm);
        Assert.StartsWith("header", failure.Member, StringComparison.Ordinal);
        Assert.Contains(reason, failure.Reason, StringComparison.Ordinal);
    }

    /// <summary>The package is sound, and one word of the recipe lets it in.</summary>
    [Fact]
    public void An_unasked_for_device_is_told_with_what_allows_it()
    {
        var rpm = RawRpm.WithFolders().Add(new RawRpmFile("/usr/odd/null", 0x21b6)).ToArray();
        var refused = Assert.Throws<EzException>(() => RpmInMemory.Read(rpm, RpmInMemory.Options with { AllowDevices = false }));
        Assert.Equal((FailureKind.Untrusted, "package `odd.rpm` brings the device node `/usr/odd/null`, which the recipe does not allow"), (refused.Kind, refused.Message));
        Assert.Equal("`devices: allow` in the recipe lets packages bring device nodes", refused.Hint);
    }

    /// <summary>A store may have kept such since before they were looked at when they came in.</summary>
    [Fact]
    public void Types_of_stored_headers_are_checked_with_the_package_named()
    {
        var main = new RawRpmHeader().Text(1000, "odd").Bytes(1112, [8]).ToArray(63);
        var signature = new RawRpmHeader().Text(269, "").ToArray(62);
        using var first = new MemoryStream(signature);
        using var second = new MemoryStream(main);
        var headers = new RpmHeaders(RpmHeader.Read(first, RpmHeaderKind.Signature), RpmHeader.Read(second, RpmHeaderKind.Main));
        var refused = Assert.Throws<MalformedArchiveException>(() => headers.CheckTypes("odd.rpm"));
        Assert.Equal("`odd.rpm` is not a sound package: `header`: its field PROVIDEFLAGS is of type 7, which is not numbers", refused.Message);
    }

    [Fact]
    public void Bounds_are_kept()
    {
        var rpm = RawRpm.WithFolders().File("/usr/odd/a", new string('a', 5000)).ToArray();
        void Refuse(RpmReadOptions bounded, string reason) => Assert.Contains(reason, RpmInMemory.Refused(rpm, bounded).Reason, StringComparison.Ordinal);
        Refuse(RpmInMemory.Options with { MaxFiles = 1 }, "2 files, more than 1");
        Refuse(RpmInMemory.Options with { MaxNameBytes = 10 }, "more than 10 bytes");
        Refuse(RpmInMemory.Options with { MaxExpandedSize = 5000 }, "expands to more than 5000");
        Assert.Equal(2, RpmInMemory.Read(rpm, RpmInMemory.Options with { MaxFiles = 3 }).Entries.Length);
    }

    internal static int MainHeader(byte[] rpm)
    {
        var fields = System.Buffers.Binary.BinaryPrimitives.ReadInt32BigEndian(rpm.AsSpan(104));
        var end = 96 + 16 + (16 * fields) + System.Buffers.Binary.BinaryPrimitives.ReadInt32BigEndian(rpm.AsSpan(108));
        return end + ((8 - (end % 8)) % 8);
    }

    private static (Func<byte[]> Make, string Member, string Reason) Files(Func<RawRpm, RawRpm> add, string member, string reason) =>
        (() => add(RawRpm.WithFolders()).ToArray(), member, reason);

    private static (Func<byte[]> Make, string Member, string Reason) Field(Action<RawRpmHeader> change, string member, string reason) =>
        (() => new RawRpm { Change = change }.Folder("/usr/odd").File("/usr/odd/hello").ToArray(), member, reason);

    private static (Func<byte[]> Make, string Member, string Reason) Signature(Action<RawRpmHeader> change, string member, string reason) =>
        (() => new RawRpm { ChangeSignature = change }.Folder("/usr/odd").File("/usr/odd/hello").ToArray(), member, reason);

    private static (Func<byte[]> Make, string Member, string Reason) Archive(Func<RawCpio, RawCpio> make, string member, string reason) =>
        (() => new RawRpm { Archive = make(new RawCpio()) }.Folder("/usr/odd").File("/usr/odd/hello").ToArray(), member, reason);
}
