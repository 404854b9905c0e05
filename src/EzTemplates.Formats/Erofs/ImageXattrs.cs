using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;
using EzTemplates.Domain;
using EzTemplates.Formats.Layers;

namespace EzTemplates.Formats.Erofs;

/// <summary>
/// The extended attributes of an image: those of the manifest, and the two by which the overlay finds a file's bytes. What more than
/// one inode has stands once, in an area that all share; the rest stands behind its inode.
/// </summary>
internal sealed class ImageXattrs
{
    private const int BodyHeaderSize = 12;
    private const int EntryHeaderSize = 4;
    private const int SharedIdSize = 4;
    private const int MostShared = 255;

    private static readonly (string Prefix, byte Index)[] Namespaces =
        [("user.", 1), ("system.posix_acl_access", 2), ("system.posix_acl_default", 3), ("trusted.", 4), ("security.", 6)];

    private static readonly ExtendedAttribute Metacopy = new(OverlayEscape.TrustedPrefix + "metacopy", []);

    private readonly Dictionary<ExtendedAttribute, int> _uses = new(ByValue.Instance);
    private readonly Dictionary<Sha256Digest, ExtendedAttribute> _redirects = [];
    private readonly List<ExtendedAttribute> _shared = [];
    private readonly Dictionary<ExtendedAttribute, int> _sharedOffsets = new(ByValue.Instance);

    /// <summary>Of the shared area.</summary>
    public int SharedSize { get; private set; }

    /// <summary>Looks at every inode first; what is shared comes in the order of its first use.</summary>
    public ImageXattrs(List<ImageInode> inodes)
    {
        foreach (var inode in inodes)
        {
            foreach (var xattr in AllOf(inode))
            {
                if (++CollectionsMarshal.GetValueRefOrAddDefault(_uses, xattr, out _) == 2)
                {
                    _shared.Add(xattr);
                }
            }
        }

        foreach (var xattr in _shared)
        {
            _sharedOffsets.Add(xattr, SharedSize);
            SharedSize += SizeOf(xattr);
        }
    }

    /// <summary>What an inode's attributes take behind it.</summary>
    public int SizeBehind(ImageInode inode)
    {
        int shared = 0, size = 0;
        foreach (var xattr in AllOf(inode))
        {
            var isShared = shared < MostShared && _sharedOffsets.ContainsKey(xattr);
            shared += isShared ? 1 : 0;
            size += isShared ? SharedIdSize : SizeOf(xattr);
        }

        return size == 0 ? 0 : size + BodyHeaderSize;
    }

    /// <param name="place">Of <see cref="SizeBehind"/> bytes, zeroed.</param>
    /// <param name="sharedStart">Where the shared area begins, in bytes after the start of its block.</param>
    public void WriteBehind(ImageInode inode, Span<byte> place, int sharedStart)
    {
        var own = new List<ExtendedAttribute>();
        byte shared = 0;
        foreach (var xattr in AllOf(inode))
        {
            if (shared < MostShared && _sharedOffsets.TryGetValue(xattr, out var offset))
            {
                BinaryPrimitives.WriteInt32LittleEndian(place[(BodyHeaderSize + (shared++ * SharedIdSize))..], (sharedStart + offset) / SharedIdSize);
            }
            else
            {
                own.Add(xattr);
            }
        }

        place[4] = shared;
        var rest = place[(BodyHeaderSize + (shared * SharedIdSize))..];
        foreach (var xattr in own)
        {
            rest = rest[Write(xattr, rest)..];
        }
    }

    /// <param name="place">Of <see cref="SharedSize"/> bytes, zeroed.</param>
    public void WriteShared(Span<byte> place)
    {
        foreach (var xattr in _shared)
        {
            place = place[Write(xattr, place)..];
        }
    }

    private IEnumerable<ExtendedAttribute> AllOf(ImageInode inode)
    {
        foreach (var xattr in inode.Entry.Xattrs)
        {
            yield return xattr;
        }

        if (inode.HasChunks)
        {
            yield return Metacopy;
            yield return RedirectTo(inode.Entry.Content!.Value);
        }
    }

    private ExtendedAttribute RedirectTo(Sha256Digest content)
    {
        if (!_redirects.TryGetValue(content, out var redirect))
        {
            redirect = new ExtendedAttribute(OverlayEscape.TrustedPrefix + "redirect", [.. Encoding.ASCII.GetBytes("/" + ObjectPath.Of(content))]);
            _redirects.Add(content, redirect);
        }

        return redirect;
    }

    private static int SizeOf(ExtendedAttribute xattr) =>
        ErofsFormat.AlignUp(EntryHeaderSize + xattr.Name.Length - PrefixOf(xattr).Prefix.Length + xattr.Value.Length, 4);

    private static int Write(ExtendedAttribute xattr, Span<byte> place)
    {
        var (prefix, index) = PrefixOf(xattr);
        var name = xattr.Name.AsSpan(prefix.Length);
        place[0] = (byte)name.Length;
        place[1] = index;
        BinaryPrimitives.WriteUInt16LittleEndian(place[2..], (ushort)xattr.Value.Length);
        var end = EntryHeaderSize + Encoding.Latin1.GetBytes(name, place[EntryHeaderSize..]);
        xattr.Value.AsSpan().CopyTo(place[end..]);
        return SizeOf(xattr);
    }

    private static (string Prefix, byte Index) PrefixOf(ExtendedAttribute xattr)
    {
        foreach (var known in Namespaces)
        {
            if (xattr.Name.StartsWith(known.Prefix, StringComparison.Ordinal))
            {
                return known;
            }
        }

        throw new ArgumentException($"`{xattr.Name}` is in none of Linux's namespaces of attributes", nameof(xattr));
    }

    /// <summary>Hashes all of an attribute: the redirects of a manifest have one name and one length.</summary>
    private sealed class ByValue : IEqualityComparer<ExtendedAttribute>
    {
        public static readonly ByValue Instance = new();

        public bool Equals(ExtendedAttribute? x, ExtendedAttribute? y) => ReferenceEquals(x, y) || (x?.Equals(y) ?? false);

        public int GetHashCode(ExtendedAttribute obj)
        {
            var hash = default(HashCode);
            hash.Add(obj.Name.Length);
            hash.AddBytes(obj.Value.AsSpan());
            return hash.ToHashCode();
        }
    }
}
