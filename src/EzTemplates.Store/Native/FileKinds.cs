using EzTemplates.Domain;

namespace EzTemplates.Store.Native;

public static class FileKinds
{
    /// <summary>What an entry of a manifest is on disk; another name of a file is a file.</summary>
    public static FileKind Of(EntryType type) => type switch
    {
        EntryType.Directory => FileKind.Directory,
        EntryType.Symlink => FileKind.Symlink,
        EntryType.CharacterDevice => FileKind.CharacterDevice,
        EntryType.BlockDevice => FileKind.BlockDevice,
        EntryType.Fifo => FileKind.Fifo,
        _ => FileKind.File,
    };
}
