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
    private const byte TrustedIndex = 4;

    private static readonly (string Prefix, byte Index)[] Namespaces =
        [("user.", 1), ("system.posix_acl_access", 2), ("system.posix_acl_default", 3), ("trusted.", TrustedIndex), ("security.", 6)];

    // After `trusted.`.
    private static ReadOnlySpan<byte> MetacopyName => "overlay.metacopy"u8;

    private static ReadOnlySpan<byte> RedirectName => "overlay.redirect"u8;

    private static readonly int MetacopySize = ErofsFormat.AlignUp(EntryHeaderSize + MetacopyName.Length, 4);
    private static readonly int RedirectSize = ErofsFormat.AlignUp(EntryHeaderSize + RedirectName.Length + ObjectPath.LengthFromRoot, 4);

    private readonly List<ExtendedAttribute> _shared = [];
    private readonly Dictionary<ExtendedAttribute, int> _sharedOffsets = new(ByValue.Instance);
    private readonly List<Sha256Digest> _sharedRedirects = [];
    private readonly Dictionary<Sha256Digest, int> _redirectOffsets = [];

    /// <summary>Of the shared area.</summary>
    public int SharedSize { get; private set; }

    /// <summary>
    /// Looks at every inode first. Shared are the mark of a file without content, always, as nearly all have it; then what several
    /// inodes have, in the order of its second use.
    /// </summary>
    public ImageXattrs(List<ImageInode> inodes)
    {
        var uses = new Dictionary<ExtendedAttribute, int>(ByValue.Instance);
        var redirectUses = new Dictionary<Sha256Digest, int>(inodes.Count);
        SharedSize = MetacopySize;
        foreach (var inode in inodes)
        {
            foreach (var xattr in inode.Entry.Xattrs)
            {
                if (++CollectionsMarshal.GetValueRefOrAddDefault(uses, xattr, out _) == 2)
                {
                    _shared.Add(xattr);
                    _sharedOffsets.Add(xattr, SharedSize);
                    SharedSize += SizeOf(xattr);
                }
            }

            if (inode.HasChunks && ++CollectionsMarshal.GetValueRefOrAddDefault(redirectUses, inode.Entry.Content!.Value, out _) == 2)
            {
                _sharedRedirects.Add(inode.Entry.Content.Value);
            }
        }

        foreach (var content in _sharedRedirects)
        {
            _redirectOffsets.Add(content, SharedSize);
            SharedSize += RedirectSize;
        }
    }

    /// <summary>What an inode's attributes take behind it.</summary>
    public int SizeBehind(ImageInode inode)
    {
        int shared = 0, size = 0;
        if (inode.HasChunks)
        {
            var isShared = _redirectOffsets.ContainsKey(inode.Entry.Content!.Value);
            shared = isShared ? 2 : 1;
            size = SharedIdSize + (isShared ? SharedIdSize : RedirectSize);
        }

        foreach (var xattr in inode.Entry.Xattrs)
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
        var ids = place[BodyHeaderSize..];
        byte shared = 0;
        Sha256Digest? redirect = null;
        if (inode.HasChunks)
        {
            AddShared(0, ids);
            if (_redirectOffsets.TryGetValue(inode.Entry.Content!.Value, out var offset))
            {
                AddShared(offset, ids);
            }
            else
            {
                redirect = inode.Entry.Content;
            }
        }

        var own = new List<ExtendedAttribute>();
        foreach (var xattr in inode.Entry.Xattrs)
        {
            if (shared < MostShared && _sharedOffsets.TryGetValue(xattr, out var offset))
            {
                AddShared(offset, ids);
            }
            else
            {
                own.Add(xattr);
            }
        }

        place[4] = shared;
        var rest = ids[(shared * SharedIdSize)..];
        rest = redirect is { } content ? rest[WriteRedirect(content, rest)..] : rest;
        foreach (var xattr in own)
        {
            rest = rest[Write(xattr, rest)..];
        }

        void AddShared(int offset, Span<byte> ids) =>
            BinaryPrimitives.WriteInt32LittleEndian(ids[(shared++ * SharedIdSize)..], (sharedStart + offset) / SharedIdSize);
    }

    /// <param name="place">Of <see cref="SharedSize"/> bytes, zeroed.</param>
    public void WriteShared(Span<byte> place)
    {
        WriteHead(place, MetacopyName, 0);
        place = place[MetacopySize..];
        foreach (var xattr in _shared)
        {
            place = place[Write(xattr, place)..];
        }

        foreach (var content in _sharedRedirects)
        {
            place = place[WriteRedirect(content, place)..];
        }
    }

    private static int WriteRedirect(Sha256Digest content, Span<byte> place)
    {
        ObjectPath.WriteFromRoot(content, WriteHead(place, RedirectName, ObjectPath.LengthFromRoot));
        return RedirectSize;
    }

    /// <returns>Where the value goes.</returns>
    private static Span<byte> WriteHead(Span<byte> place, ReadOnlySpan<byte> trustedName, int valueSize)
    {
        place[0] = (byte)trustedName.Length;
        place[1] = TrustedIndex;
        BinaryPrimitives.WriteUInt16LittleEndian(place[2..], (ushort)valueSize);
        trustedName.CopyTo(place[EntryHeaderSize..]);
        return place.Slice(EntryHeaderSize + trustedName.Length, valueSize);
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

    /// <summary>Hashes all of an attribute: a manifest may have many of one name and one length.</summary>
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
