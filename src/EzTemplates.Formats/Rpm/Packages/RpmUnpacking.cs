using System.Security.Cryptography;
using System.Text;
using EzTemplates.Domain;

namespace EzTemplates.Formats;

/// <summary>What came out of a payload: for each file of the list its content, where it is a file and the payload has it.</summary>
internal sealed record RpmUnpacked(Sha256Digest?[] Contents);

/// <summary>
/// Reads a payload's members against the package's file list, as rpm does: the list says what each is, the payload only brings its bytes.
/// Every file of the list must be there, once, with its size and its digest, and nothing else may be.
/// </summary>
internal sealed class RpmUnpacking(RpmFileTable table, RpmReadOptions options, FileSink sink, ArchivePosition at)
{
    private readonly (int Names, bool IsLast)[] _links = RpmLinkSets.Of(table.Files);
    private readonly Sha256Digest?[] _contents = new Sha256Digest?[table.Files.Length];
    private readonly Dictionary<ulong, Sha256Digest> _linked = [];
    private readonly ArchiveBudget _budget = new(options.MaxFiles, options.MaxNameBytes);
    private int _next;
    private readonly bool[] _seen = new bool[table.Files.Length];

    public RpmReadOptions Options { get; } = options;

    public ArchivePosition At { get; } = at;

    public RpmUnpacked Read(Stream archive)
    {
        using var cpio = new CpioReader(archive, StrippedSize);
        for (; cpio.ReadNext() is { } member; At.EnterPath(null))
        {
            var index = member.Index >= 0 ? member.Index : Find(cpio.Name);
            At.EnterPath(table.Files[index].Path.Latin1);
            if (_seen[index])
            {
                throw new MalformedArchiveException("it stands twice in the payload");
            }

            _seen[index] = true;
            Take(index, member.Size, cpio.Content);
        }

        Finish();
        return new RpmUnpacked(_contents);
    }

    private long? StrippedSize(uint index)
    {
        if (index >= table.Files.Length)
        {
            return null;
        }

        var file = table.Files[(int)index];
        return file.Type switch
        {
            EntryType.File when _links[index].IsLast => file.Size,
            EntryType.Symlink => file.Size,
            _ => 0,
        };
    }

    /// <summary>
    /// A payload has the order of the list, but for names of one file; so the next is tried first, which needs no memory. What comes out of order
    /// is charged for.
    /// </summary>
    private int Find(ReadOnlySpan<byte> name)
    {
        while (_next < _seen.Length && table.Files[_next].IsGhost)
        {
            _next++;
        }

        if (_next < _seen.Length && IsNameOf(name, table.Files[_next].Path.Latin1))
        {
            return _next++;
        }

        var text = Encoding.Latin1.GetString(name);
        At.EnterPath(text);
        _budget.TakeMember(text.Length);
        var found = table.Find(MemberPath.Parse(text, isDirectory: true)) ?? throw new MalformedArchiveException("it is none of the files that the header lists");
        _next = found + 1;
        return found;
    }

    private static bool IsNameOf(ReadOnlySpan<byte> name, string path)
    {
        name = name.StartsWith("./"u8) ? name[1..] : name;
        return name.Length == path.Length && Ascii.IsValid(name) && Ascii.Equals(name, path);
    }

    private void Take(int index, long size, Stream content)
    {
        var file = table.Files[index];
        if (file.IsGhost)
        {
            return;
        }

        switch (file.Type)
        {
            case EntryType.File when size == 0 && file.Size > 0 && _links[index].Names > 1:
                break;
            case EntryType.File:
                Store(index, file, size, content);
                break;
            case EntryType.Symlink:
                CheckTarget(file, size, content);
                break;
            default:
                if (size != 0)
                {
                    throw new MalformedArchiveException($"it has {size} bytes of content, and is no file by {RpmField.FileModes.Name}");
                }

                break;
        }
    }

    private void Store(int index, RpmFile file, long size, Stream content)
    {
        if (size != file.Size)
        {
            throw new MalformedArchiveException($"it has {size} bytes, {RpmField.FileSizes.Name} says {file.Size}");
        }

        var digest = StoreChecked(file, size, content);
        _contents[index] = digest;
        if (_links[index].Names > 1)
        {
            _linked[file.LinkSet] = digest;
        }
    }

    /// <summary>The sink's own digest is what newer packages promise; another one is computed beside it.</summary>
    private Sha256Digest StoreChecked(RpmFile file, long size, Stream content)
    {
        if (file.Digest.IsEmpty)
        {
            return CheckedSink.Store(sink, content, size);
        }

        var (field, expected) = (RpmField.FileDigests.Name, Encoding.Latin1.GetString(file.Digest.Span));
        if (table.DigestAlgorithm == HashAlgorithmName.SHA256)
        {
            DigestSet.RequireLength(field, table.DigestAlgorithm, expected, Sha256Digest.ByteCount);
            var stored = CheckedSink.Store(sink, content, size);
            DigestSet.RequireEqual(field, expected, stored.ToString());
            return stored;
        }

        using var digests = new DigestSet();
        digests.Expect(field, table.DigestAlgorithm, expected);
        var digest = CheckedSink.Store(sink, new DigestingStream(content, digests), size);
        digests.Check();
        return digest;
    }

    private static void CheckTarget(RpmFile file, long size, Stream content)
    {
        if (size == file.LinkTarget.Length)
        {
            var target = new byte[size];
            content.ReadExactly(target);
            if (Encoding.Latin1.GetString(target) == file.LinkTarget)
            {
                return;
            }
        }

        throw new MalformedArchiveException($"it is a link to something else than {RpmField.FileLinkTargets.Name} says, `{TreePath.Display(file.LinkTarget)}`");
    }

    private void Finish()
    {
        for (var i = 0; i < _seen.Length; i++)
        {
            var file = table.Files[i];
            if (file.IsGhost)
            {
                continue;
            }

            At.EnterPath(file.Path.Latin1);
            if (!_seen[i])
            {
                throw new MalformedArchiveException("the header lists it, and the payload does not have it");
            }

            if (file.Type == EntryType.File && _contents[i] is null)
            {
                _contents[i] = _linked.TryGetValue(file.LinkSet, out var content) ? content
                    : throw new MalformedArchiveException("it is one of several names of a file, and none of them has its content");
            }
        }
    }
}
