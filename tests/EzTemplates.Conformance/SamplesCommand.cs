using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using EzTemplates.Domain;
using EzTemplates.Formats;
using EzTemplates.Testing;

namespace EzTemplates.Conformance;

/// <summary>
/// Reads every package file below a folder, in the order of their paths, and writes a row for each: path, name, count of entries, bytes
/// of all files, a digest over the sorted entries, <c>ok</c> or <c>refused</c>, and why. Nothing is compared but that each of them
/// ends in one of the two: anything else disagrees, and so does one for which more than 256 MB were allocated, by managed code or as the
/// rise of the process's memory, which native decoders' is a part of.
/// </summary>
internal static class SamplesCommand
{
    public const string Usage = "DIR --out FILE.tsv[.gz]";
    private const long MostAllocated = 256L << 20;

    public static void Run(Arguments arguments, Tally tally)
    {
        var folder = arguments.Words is [var only] ? only : throw new ArgumentException("one folder is needed");
        using var rows = new StreamWriter(DataFiles.Create(arguments.Required("--out")));
        rows.Write("#file\tname\tentries\tsize\tdigest\tverdict\treason\n");
        var (read, refused, most, slowest) = (0, 0, 0L, TimeSpan.Zero);
        foreach (var file in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Where(IsPackage).Order(StringComparer.Ordinal))
        {
            var (watch, start) = (new MemoryWatch(), Stopwatch.GetTimestamp());
            try
            {
                var row = RowOf(file, out var isSound);
                rows.Write($"{Path.GetRelativePath(folder, file)}\t{row}\n");
                (read, refused) = isSound ? (read + 1, refused) : (read, refused + 1);
                var taken = Math.Max(watch.Allocated, watch.Risen);
                (most, slowest) = (Math.Max(most, taken), TimeSpan.FromTicks(Math.Max(slowest.Ticks, Stopwatch.GetElapsedTime(start).Ticks)));
                tally.Count(taken <= MostAllocated ? null : $"{file}: {taken} bytes were allocated");
            }
            catch (Exception failure) when (failure is not OutOfMemoryException)
            {
                tally.Count($"{file}: neither read nor refused: {failure}");
            }
        }

        tally.Note($"{read} read, {refused} refused; at most {most >> 20} MB and {slowest.TotalSeconds:F1} s for one");
    }

    private static bool IsPackage(string file) =>
        Path.GetExtension(file) is ".deb" or ".udeb" or ".ar" or ".rpm" or ".rpm-v3";

    private static bool IsRpm(string file) => Path.GetExtension(file).StartsWith(".rpm", StringComparison.Ordinal);

    private static string RowOf(string file, out bool isSound)
    {
        var name = "-";
        try
        {
            name = NameOf(file);
            var contents = Read(file);
            isSound = true;
            return string.Create(
                CultureInfo.InvariantCulture,
                $"{name}\t{contents.Entries.Length}\t{contents.Entries.Sum(entry => entry.Entry.Size)}\t{DigestOf(contents)}\tok\t-");
        }
        catch (MalformedArchiveException failure)
        {
            isSound = false;
            return $"{name}\t-\t-\t-\trefused\t{(failure.Member is null ? "" : failure.Member + ": ")}{TreePath.Display(failure.Reason)}";
        }
    }

    /// <summary>NEVRA, or name, version and architecture joined by underscores.</summary>
    private static string NameOf(string file)
    {
        using var archive = File.OpenRead(file);
        if (IsRpm(file))
        {
            return TreePath.Display(RpmHeaders.Read(archive, Path.GetFileName(file)).Nevra);
        }

        var text = DebControlFile.Read(archive, Path.GetFileName(file));
        try
        {
            var control = DebControl.Parse(text, Path.GetFileName(file));
            return TreePath.Display($"{control.Package}_{control.Version}_{control.Architecture}");
        }
        catch (EzException)
        {
            // Without an architecture, say: it unpacks all the same, and only an index must not have it.
            return "-";
        }
    }

    private static PackageContents Read(string file)
    {
        using var archive = File.OpenRead(file);
        return IsRpm(file)
            ? RpmReader.Read(archive, new RpmReadOptions { FileName = Path.GetFileName(file), AllowDevices = true, AllowSources = true, DecoderThreads = 2 }, HashOf)
            : DebReader.Read(archive, new DebReadOptions { FileName = Path.GetFileName(file), AllowDevices = true, DecoderThreads = 2 }, HashOf);
    }

    /// <summary>
    /// SHA-256 over a line an entry, sorted by bytes: path, type, mode, user, group, mtime, then the content's digest, the link's target or the
    /// device's numbers, then capabilities. Paths and targets are hexadecimal, so that any tool can make the same lines.
    /// </summary>
    private static string DigestOf(PackageContents contents)
    {
        var lines = contents.Entries.Select(LineOf).Order(StringComparer.Ordinal);
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes(string.Concat(lines))));
    }

    private static string LineOf(PackageEntry entry)
    {
        var e = entry.Entry;
        var what = e.Type switch
        {
            EntryType.File => $"{e.Size} {e.Content}",
            EntryType.Symlink or EntryType.HardLink => Hex(e.Target),
            EntryType.CharacterDevice or EntryType.BlockDevice => e.Device.ToString(),
            _ => "-",
        };
        var xattrs = string.Join(',', e.Xattrs.Select(x => x.Name + "=" + Convert.ToHexStringLower(x.Value.AsSpan())));
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{Hex(e.Path.Latin1)} {(char)e.Type} {Convert.ToString(e.Mode, 8)} {Hex(entry.UserName)} {Hex(entry.GroupName)} {e.Mtime.Seconds} {what} {(xattrs == "" ? "-" : xattrs)}\n");
    }

    private static string Hex(string latin1) => Convert.ToHexStringLower(Encoding.Latin1.GetBytes(latin1));

    private static Sha256Digest HashOf(Stream content, long size)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = new byte[80 * 1024];
        for (var left = size; left > 0;)
        {
            var read = content.Read(buffer, 0, (int)Math.Min(buffer.Length, left));
            hash.AppendData(buffer, 0, read);
            left -= read;
        }

        return new Sha256Digest(hash.GetHashAndReset());
    }
}
