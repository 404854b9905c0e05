using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using EzTemplates.Domain;
using EzTemplates.Formats.Tests.Archives;
using EzTemplates.Testing;
using Xunit;

namespace EzTemplates.Formats.Tests.RpmFiles;

/// <summary>Packages from other projects' test data and odd ones made by rpmbuild, judged by rpm, rpmkeys and rpm2archive.</summary>
public sealed partial class RpmSampleTests
{
    /// <summary>Bytes of a package's files beyond which its payload is only held against its own digests: by way of Python it takes half a minute.</summary>
    private const long LargePackage = 1L << 30;

    private const long MostAllocated = 256L << 20;

    [Fact]
    public void Sound_samples_give_rpms_entries_and_broken_ones_say_why()
    {
        var files = Samples();
        var sound = RpmOracle.Sound(files);
        var accepted = files.Where(sound.Contains).ToList();
        var queried = RpmOracle.Query(accepted);
        Assert.Equal(accepted.Count, queried.Count);
        var small = accepted.Where((_, i) => TestScale.IsFull || queried[i].Paths.Sum(path => long.Parse(path[5], CultureInfo.InvariantCulture)) < LargePackage).ToList();
        var unpacked = small.Zip(RpmOracle.Unpack(small)).ToDictionary(pair => pair.First, pair => pair.Second, StringComparer.Ordinal);
        for (var i = 0; i < accepted.Count; i++)
        {
            Compare(accepted[i], queried[i], unpacked.GetValueOrDefault(accepted[i]));
        }

        foreach (var file in files.Where(file => !sound.Contains(file)))
        {
            var failure = Assert.Throws<MalformedArchiveException>(() => Read(file));
            TestNotes.Write(failure.Message);
            Assert.Contains(Path.GetFileName(file), failure.Message, StringComparison.Ordinal);
            Assert.Matches("^(lead|signature header|header|payload)(: /.*)?$", failure.Member);
            Assert.Matches(FieldInReason(), failure.Reason);
        }

        TestNotes.Write($"{accepted.Count} accepted, {files.Count - accepted.Count} refused");
        Assert.True(accepted.Count >= 300 && files.Count - accepted.Count >= 40, $"{accepted.Count} accepted of {files.Count}");
    }

    private static List<string> Samples()
    {
        var folder = Path.Combine(Requires.Shared(), "samples", "rpm");
        foreach (var tool in (string[])["rpm", "rpmkeys", "rpm2archive", "python3"])
        {
            Requires.Tool(tool);
        }

        return [.. Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Where(file => Path.GetExtension(file) is ".rpm" or ".rpm-v3").Order(StringComparer.Ordinal)];
    }

    private static PackageContents Read(string file)
    {
        using var archive = File.OpenRead(file);
        var before = GC.GetAllocatedBytesForCurrentThread();
        try
        {
            return RpmReader.Read(archive, RpmInMemory.Options with { FileName = Path.GetFileName(file), DecoderThreads = 2 }, DebInMemory.Sink);
        }
        finally
        {
            Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, MostAllocated);
        }
    }

    /// <summary>A field by its name or tag; of lead, index, archive and compressed data, which have no fields with names, the value or the end that is wrong.</summary>
    [GeneratedRegex("[A-Z0-9]{4,} promises|[A-Z0-9]{4,} \\(tag|tag [0-9]+|signature type is|its data has|the package ends after|has no end mark|(gzip|bzip2|xz|lzma|zstd) data is")]
    private static partial Regex FieldInReason();

    private static void Compare(string file, (string Nevra, List<string[]> Paths) rpm, List<string>? unpacked)
    {
        var contents = Read(file);
        using var archive = File.OpenRead(file);
        var headers = RpmHeaders.Read(archive, file);
        var table = RpmFileTable.Of(headers.Main, RpmInMemory.Options);
        Assert.Equal(rpm.Nevra, headers.Nevra);
        Assert.Equal(rpm.Paths.Select(Normal), table.Files.Select(LineOf));
        Assert.Equal(table.Files.Where(f => !f.IsGhost).Select(OwnersOf), contents.Entries.Select(OwnersOf));
        if (unpacked is not null)
        {
            Assert.Equal(unpacked, contents.Entries.Select(entry => ContentOf(entry.Entry, contents)).Order(StringComparer.Ordinal));
        }
    }

    private static string Normal(string[] fields)
    {
        var mode = Convert.ToInt32(fields[1], 8);
        fields[0] = TreePath.Parse(fields[0]).Latin1;
        fields[10] = (mode & 0xf000) == 0xa000 ? fields[10] : "";
        fields[11] = (mode & 0xf000) is 0x2000 or 0x6000 ? fields[11] : "0";
        fields[1] = Convert.ToString(mode & 0xfff, 8);
        return string.Join('\t', fields.Select((field, i) => field == "(none)" ? i is 7 or 6 ? "0" : "" : field));
    }

    private static string LineOf(RpmFile file) => string.Create(
        CultureInfo.InvariantCulture,
        $"{file.Path.Latin1}\t{Convert.ToString(file.Mode, 8)}\t{file.UserName}\t{file.GroupName}\t{file.Mtime}\t{file.Size}\t{(uint)file.Flags}\t{file.Color}\t{file.Languages}\t{file.Capabilities}\t{file.LinkTarget}\t{(file.Device.Major << 8) | file.Device.Minor}\t{Encoding.Latin1.GetString(file.Digest.Span)}");

    private static string OwnersOf(RpmFile file) =>
        $"{file.Path} {(file.Type == EntryType.Symlink ? 0x1ff : file.Mode)} {file.UserName} {file.GroupName} {file.Mtime} {file.Capabilities != ""}";

    private static string OwnersOf(PackageEntry entry) =>
        $"{entry.Entry.Path} {entry.Entry.Mode} {entry.UserName} {entry.GroupName} {entry.Entry.Mtime.Seconds} {entry.Entry.Xattrs.Length > 0}";

    private static string ContentOf(ManifestEntry entry, PackageContents contents)
    {
        var type = entry.Type == EntryType.HardLink ? 'f' : (char)entry.Type;
        var what = entry.Type switch
        {
            EntryType.File => entry.Content.ToString(),
            EntryType.HardLink => contents.Entry(entry.Target).Content.ToString(),
            EntryType.Symlink => Hex(entry.Target),
            _ => "-",
        };
        return $"{Hex(entry.Path.Latin1)} {type} {what}";
    }

    private static string Hex(string latin1) => Convert.ToHexStringLower(Encoding.Latin1.GetBytes(latin1));
}
