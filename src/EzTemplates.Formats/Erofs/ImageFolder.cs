using System.Buffers.Binary;
using System.Text;

namespace EzTemplates.Formats.Erofs;

/// <summary>A name in a folder: the part of a path from a place on, bytes as chars.</summary>
internal readonly record struct FolderMember(string Path, int Start, ImageInode Inode)
{
    public ReadOnlySpan<char> Name => Path.AsSpan(Start);

    public int Size => ErofsFormat.DirentSize + Path.Length - Start;
}

/// <summary>
/// The names of a folder, in the order of their bytes, by blocks: each block holds the entries and then the names of as many as it
/// has room for. The kernel looks names up by halving, first among blocks, then in one.
/// </summary>
internal sealed class ImageFolder
{
    private readonly List<FolderMember> _members = [];
    private List<Range> _blocks = [];

    /// <summary>In the order of the manifest, which within a folder is that of the names.</summary>
    public void Add(FolderMember member) => _members.Add(member);

    /// <summary>Adds a name wherever it belongs: <c>.</c>, <c>..</c> and the whiteout are in no manifest.</summary>
    public void Insert(string name, ImageInode inode)
    {
        int low = 0, high = _members.Count;
        while (low < high)
        {
            var middle = (low + high) >>> 1;
            (low, high) = _members[middle].Name.SequenceCompareTo(name) < 0 ? (middle + 1, high) : (low, middle);
        }

        _members.Insert(low, new FolderMember(name, 0, inode));
    }

    /// <returns>How many whole blocks it takes, and what is left for the place behind the inode.</returns>
    public (int Blocks, int Tail) Divide()
    {
        _blocks = [];
        int first = 0, used = 0;
        for (var i = 0; i < _members.Count; i++)
        {
            var size = _members[i].Size;
            if (used + size > ErofsFormat.BlockSize)
            {
                _blocks.Add(first..i);
                (first, used) = (i, 0);
            }

            used += size;
        }

        _blocks.Add(first.._members.Count);
        return used > ErofsFormat.LongestFolderTail ? (_blocks.Count, 0) : (_blocks.Count - 1, used);
    }

    /// <param name="block">As <see cref="Divide"/> counted; the tail is the one after the last whole block.</param>
    /// <param name="place">Zeroed, and as long as the block.</param>
    public void Write(int block, Span<byte> place)
    {
        var (first, count) = _blocks[block].GetOffsetAndLength(_members.Count);
        var nameOffset = count * ErofsFormat.DirentSize;
        for (var i = 0; i < count; i++)
        {
            var member = _members[first + i];
            var entry = place[(i * ErofsFormat.DirentSize)..];
            BinaryPrimitives.WriteUInt64LittleEndian(entry, (ulong)member.Inode.NodeId);
            BinaryPrimitives.WriteUInt16LittleEndian(entry[8..], (ushort)nameOffset);
            entry[10] = ErofsFormat.FileType(member.Inode.Entry.Type);
            nameOffset += Encoding.Latin1.GetBytes(member.Name, place[nameOffset..]);
        }
    }
}
