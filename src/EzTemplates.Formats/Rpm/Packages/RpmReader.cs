using System.Collections.Immutable;
using EzTemplates.Domain;

namespace EzTemplates.Formats;

/// <summary>
/// Reads an rpm package (rpm's docs/manual/format_v4.md and format_v6.md; v3 packages too) in one pass, as <see cref="DebReader"/> reads a
/// <c>.deb</c>. All digests that the package has of itself must hold; signatures are judged elsewhere. What rpm refuses is refused; on top
/// of that paths that lead out, members below links, and unasked-for devices are. Relocations are not applied.
/// </summary>
public static class RpmReader
{
    /// <summary>The names of the two headers among <see cref="PackageContents.Control"/>.</summary>
    public const string SignatureMember = "signature";

    /// <summary>
    /// The main header as it stands in the package. Scriptlets, the database and the file list's flags (<see cref="RpmFileTable"/>) are in it.
    /// </summary>
    public const string HeaderMember = "header";

    /// <summary>
    /// Gives the headers and then every file's content to <paramref name="sink"/>, in the payload's order, and answers what the package
    /// unpacks to, in the header's order. Reads <paramref name="archive"/> to its end; until the caller has compared the digest with the
    /// one it expects it must trust nothing of the answer.
    /// </summary>
    /// <exception cref="MalformedArchiveException">Names the file, the header or path, and the reason with the field.</exception>
    /// <exception cref="EzException">As <see cref="DeviceRefusal"/> has it.</exception>
    public static PackageContents Read(Stream archive, RpmReadOptions options, FileSink sink)
    {
        ArgumentNullException.ThrowIfNull(options);
        var at = new ArchivePosition();
        try
        {
            using var source = new HashingStream(archive);
            var headers = RpmHeaders.Read(source, at);
            at.Enter(RpmHeaderKind.Main.Name);
            if (headers.IsSource && !options.AllowSources)
            {
                throw new MalformedArchiveException($"it is a source package (no field {RpmField.SourcePackage.Name}), which cannot be installed");
            }

            var table = RpmFileTableReader.Read(headers.Main, options, at);
            ImmutableArray<ControlMember> control = [Store(sink, SignatureMember, headers.Signature), Store(sink, HeaderMember, headers.Main)];
            at.Enter("payload");
            var unpacked = RpmPayload.Read(source, headers, new RpmUnpacking(table, options, sink, at));
            var entries = RpmEntries.Of(table, unpacked, options, at);
            return new PackageContents { Package = source.Finish(), ArchiveSize = source.Count, Control = control, Entries = entries };
        }
        catch (MalformedArchiveException failure)
        {
            throw failure.At(options.FileName, at.Describe());
        }
    }

    private static ControlMember Store(FileSink sink, string name, RpmHeader header)
    {
        using var content = header.OpenBytes();
        // A header is no file, and has no time.
        return new ControlMember(name, 0x1a4, default, header.Bytes.Length, CheckedSink.Store(sink, content, header.Bytes.Length));
    }
}
