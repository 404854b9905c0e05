using System.Text;

namespace EzTemplates.Formats;

/// <summary>One member of an <c>ar</c> archive.</summary>
public readonly record struct ArMember(string Name, long Size);

/// <summary>
/// Reads an <c>ar</c> archive as dpkg does (deb(5), and dpkg's lib/dpkg/ar.c): common format, an optional slash after a name, no long
/// names; only the size and the two magics of a header are looked at. Forward only.
/// </summary>
public sealed class ArReader : IDisposable
{
    private const int HeaderSize = 60;
    private const int SizeField = 48;
    private const int MagicField = 58;

    private readonly Stream _source;
    private readonly byte[] _header = new byte[HeaderSize];
    private BoundedStream? _content;
    private bool _odd;

    /// <summary>Reads the magic.</summary>
    public ArReader(Stream source)
    {
        _source = source;
        var magic = _header.AsSpan(0, 8);
        if (source.ReadAtLeast(magic, magic.Length, throwOnEndOfStream: false) < magic.Length)
        {
            throw new MalformedArchiveException("it ends inside the first eight bytes");
        }

        if (!magic.SequenceEqual("!<arch>\n"u8))
        {
            throw new MalformedArchiveException("it does not begin as an ar archive does (`!<arch>`)");
        }
    }

    /// <summary>The current member's bytes; reading throws if the archive ends first.</summary>
    public Stream Content => _content ?? throw new InvalidOperationException("no member is open");

    /// <summary>Skips what is left of the current member and reads the next header.</summary>
    /// <returns>False at the end of the archive.</returns>
    public bool TryReadNext(out ArMember member)
    {
        SkipRest();
        member = default;
        var read = _source.ReadAtLeast(_header, HeaderSize, throwOnEndOfStream: false);
        if (read == 0)
        {
            return false;
        }

        if (read < HeaderSize)
        {
            throw new MalformedArchiveException("it ends inside a member header");
        }

        if (_header[MagicField] != '`' || _header[MagicField + 1] != '\n')
        {
            throw new MalformedArchiveException("a member header does not end as it must");
        }

        var name = ParseName(_header.AsSpan(0, 16));
        member = new ArMember(name, ParseSize(name, _header.AsSpan(SizeField, MagicField - SizeField)));
        _content = new BoundedStream(_source, member.Size, "the archive ends inside this member");
        _odd = member.Size % 2 != 0;
        return true;
    }

    /// <summary>Leaves the source open.</summary>
    public void Dispose() => _content?.Dispose();

    private void SkipRest()
    {
        _content?.Skip();
        _content = null;
        if (_odd)
        {
            _odd = false;
            _ = _source.ReadAtLeast(_header.AsSpan(0, 1), 1, throwOnEndOfStream: false);
        }
    }

    private static string ParseName(ReadOnlySpan<byte> field)
    {
        var name = field.TrimEnd((byte)' ');
        name = name.EndsWith("/"u8) ? name[..^1] : name;
        var end = name.IndexOf((byte)0);
        return Encoding.Latin1.GetString(end < 0 ? name : name[..end]);
    }

    private static long ParseSize(string member, ReadOnlySpan<byte> field)
    {
        long size = 0;
        foreach (var digit in field.TrimStart((byte)' '))
        {
            if (digit == ' ')
            {
                break;
            }

            if (digit is < (byte)'0' or > (byte)'9')
            {
                throw new MalformedArchiveException($"member `{Domain.TreePath.Display(member)}` has a size that is not a number");
            }

            size = (size * 10) + (digit - '0');
        }

        return size;
    }
}
