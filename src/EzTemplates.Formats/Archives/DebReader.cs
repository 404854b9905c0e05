using System.Collections.Immutable;
using EzTemplates.Domain;

namespace EzTemplates.Formats;

/// <summary>
/// Reads a <c>.deb</c> (deb(5)) in one pass. What <c>dpkg --unpack</c> accepts is accepted, with the same outcome on an empty root,
/// and what it refuses is refused; on top of that paths that lead out, members below links, hard links to anything but a file of the
/// same archive, and unasked-for devices are refused. One thing is accepted that dpkg refuses on an empty root: paths whose directories
/// the archive does not have, as another package may bring those.
/// </summary>
public static class DebReader
{
    private const int MaxFormatText = 4096;

    /// <summary>
    /// Gives every file's content to <paramref name="sink"/> in the archive's order, the control files first, and answers what the
    /// package unpacks to. Reads <paramref name="archive"/> to its end; the caller compares the digest with the one it expects, and
    /// until then must trust nothing of the answer.
    /// </summary>
    /// <exception cref="MalformedArchiveException">Names the file, the member and the reason.</exception>
    /// <exception cref="EzException">As <see cref="DeviceRefusal"/> has it.</exception>
    public static PackageContents Read(Stream archive, DebReadOptions options, FileSink sink)
    {
        var at = new ArchivePosition();
        try
        {
            using var source = new HashingStream(archive);
            using var ar = new ArReader(source);
            OpenControl(ar, at, out var kind);
            var control = DebControlMembers.Read(OpenTar(ar, kind, options, isControl: true), options, sink, at);
            OpenData(ar, at, out kind);
            var entries = DebDataMembers.Read(OpenTar(ar, kind, options, isControl: false), options, sink, at);
            ar.Content.Drain();
            at.Leave();
            source.Drain();
            return new PackageContents { Package = source.Finish(), ArchiveSize = source.Count, Control = control, Entries = entries };
        }
        catch (MalformedArchiveException failure)
        {
            throw failure.At(options.FileName, at.Describe());
        }
    }

    /// <summary>Reads past <c>debian-binary</c> to the control member.</summary>
    internal static void OpenControl(ArReader ar, ArchivePosition at, out CompressionKind kind)
    {
        if (!ar.TryReadNext(out var first) || first.Name != "debian-binary")
        {
            throw new MalformedArchiveException("its first member is not `debian-binary`: it is no Debian package");
        }

        at.Enter(first.Name);
        CheckFormat(ar.Content, first.Size);
        at.Leave();
        var member = NextMember(ar, at, "control.tar");
        if (!TryParseKind(member.Name, "control.tar", out kind) || kind is CompressionKind.Bzip2 or CompressionKind.Lzma)
        {
            throw new MalformedArchiveException("it uses a compression that control members do not have");
        }
    }

    private static void OpenData(ArReader ar, ArchivePosition at, out CompressionKind kind)
    {
        ar.Content.Drain();
        at.Leave();
        var member = NextMember(ar, at, "data.tar");
        if (!TryParseKind(member.Name, "data.tar", out kind))
        {
            throw new MalformedArchiveException("it uses a compression that data members do not have");
        }
    }

    /// <summary>The next member but those whose names begin with an underscore, which every reader may ignore.</summary>
    private static ArMember NextMember(ArReader ar, ArchivePosition at, string expected)
    {
        while (ar.TryReadNext(out var member))
        {
            if (member.Name.StartsWith('_'))
            {
                continue;
            }

            at.Enter(member.Name);
            if (!member.Name.StartsWith(expected, StringComparison.Ordinal))
            {
                throw new MalformedArchiveException($"it stands where `{expected}` must");
            }

            return member.Size > 0 ? member : throw new MalformedArchiveException("it is empty");
        }

        throw new MalformedArchiveException($"it ends before its `{expected}` member");
    }

    private static bool TryParseKind(string name, string stem, out CompressionKind kind) =>
        CompressionNames.TryParseExtension(name.AsSpan(stem.Length), out kind);

    /// <summary>The tar inside the current member; disposed by whoever reads it.</summary>
    internal static TarReader OpenTar(ArReader ar, CompressionKind kind, DebReadOptions options, bool isControl)
    {
        var decoder = Decompression.Open(ar.Content, kind, new DecompressionOptions { Threads = options.DecoderThreads, AsDpkg = true });
        return new TarReader(decoder, options.Tar with { Pax = isControl });
    }

    /// <summary><c>2.N</c>, then a newline and what later formats may add (deb(5); dpkg's lib/dpkg/deb-version.c).</summary>
    private static void CheckFormat(Stream content, long size)
    {
        if (size > MaxFormatText)
        {
            throw new MalformedArchiveException($"it has {size} bytes instead of a format number");
        }

        var bytes = new byte[size];
        content.ReadExactly(bytes);
        var line = bytes.AsSpan().IndexOf((byte)'\n');
        if (line < 0)
        {
            throw new MalformedArchiveException("its format number has no newline");
        }

        var text = System.Text.Encoding.Latin1.GetString(bytes, 0, line);
        var dot = text.IndexOf('.', StringComparison.Ordinal);
        if (dot < 0 || !IsNumber(text.AsSpan(0, dot)) || !IsNumber(text.AsSpan(dot + 1)))
        {
            throw new MalformedArchiveException($"`{TreePath.Display(text)}` is not a format number");
        }

        if (text.AsSpan(0, dot).TrimStart('0') is not "2")
        {
            throw new MalformedArchiveException($"its format is {text}; only 2.x is known");
        }
    }

    private static bool IsNumber(ReadOnlySpan<char> text) =>
        text.Length > 0 && text.IndexOfAnyExceptInRange('0', '9') < 0 && int.TryParse(text, out _);
}
