using System.Text;
using EzTemplates.Domain;

namespace EzTemplates.Formats;

/// <summary>
/// The paths of a header's file list, one after the other: folders and names apart since rpm 4, whole paths before. Each is one string,
/// made once it is known to be within bounds.
/// </summary>
internal sealed class RpmFilePaths
{
    private readonly ReadOnlyMemory<byte>[] _folders;
    private readonly RpmNumbers _indexes;
    private readonly ArchiveBudget _budget;
    private RpmTexts _names;
    private int _next;
    private char[] _path = new char[512];

    public RpmFilePaths(RpmHeader header, RpmReadOptions options)
    {
        var isOld = header.Has(RpmField.OldFileNames) && !header.Has(RpmField.BaseNames);
        _names = header.Texts(isOld ? RpmField.OldFileNames : RpmField.BaseNames);
        if (Count > options.MaxFiles)
        {
            throw new MalformedArchiveException($"it has {Count} files, more than {options.MaxFiles}");
        }

        _budget = new ArchiveBudget(options.MaxFiles, options.MaxNameBytes);
        _indexes = isOld ? default : header.Numbers(RpmField.FolderIndexes);
        if (!isOld && _indexes.Count != Count)
        {
            throw new MalformedArchiveException($"its field {RpmField.FolderIndexes.Name} has {_indexes.Count} values for {Count} files");
        }

        var folders = isOld ? default : header.Texts(RpmField.FolderNames);
        if (folders.Count > Count)
        {
            throw new MalformedArchiveException($"its field {RpmField.FolderNames.Name} has {folders.Count} values for {Count} files");
        }

        _folders = new ReadOnlyMemory<byte>[folders.Count];
        for (var i = 0; i < _folders.Length; i++)
        {
            _folders[i] = folders.Next();
        }
    }

    public int Count => _names.Count;

    /// <summary>The next file's path, which <paramref name="at"/> is told of; it may be the root.</summary>
    public TreePath Next(ArchivePosition at)
    {
        var name = _names.Next().Span;
        var folder = _indexes.Count == 0 ? default : FolderOf(_indexes[_next], name, at);
        _next++;
        var length = folder.Length + name.Length;
        _budget.TakeMember(length);
        if (length > _path.Length)
        {
            _path = new char[length * 2];
        }

        Encoding.Latin1.GetChars(folder, _path);
        Encoding.Latin1.GetChars(name, _path.AsSpan(folder.Length));
        var text = _path.AsSpan(0, length);
        try
        {
            var path = MemberPath.Parse(text, isDirectory: true);
            at.EnterPath(path.Latin1);
            return path;
        }
        catch (MalformedArchiveException)
        {
            at.EnterPath(text.ToString());
            throw;
        }
    }

    private ReadOnlySpan<byte> FolderOf(ulong index, ReadOnlySpan<byte> name, ArchivePosition at)
    {
        if (index < (ulong)_folders.Length)
        {
            return _folders[index].Span;
        }

        at.EnterPath(Encoding.Latin1.GetString(name));
        throw new MalformedArchiveException($"its number in {RpmField.FolderIndexes.Name} is {index}, {RpmField.FolderNames.Name} has {_folders.Length}");
    }
}
