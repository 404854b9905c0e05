namespace EzTemplates.Formats;

/// <summary>Counts members and name bytes, so that what an archive declares cannot take more memory than is allowed.</summary>
internal sealed class ArchiveBudget(int maxMembers, long maxNameBytes)
{
    private int _members;
    private long _nameBytes;

    public void TakeMember(int nameBytes)
    {
        _members++;
        _nameBytes += nameBytes;
        if (_members > maxMembers)
        {
            throw new MalformedArchiveException($"the archive has more than {maxMembers} members, or directories around them");
        }

        if (_nameBytes > maxNameBytes)
        {
            throw new MalformedArchiveException($"the archive's names have more than {maxNameBytes} bytes");
        }
    }

    /// <summary>A directory that no member is, but that members lie in: whoever makes the tree has to make it.</summary>
    public void TakeMadeParent(int nameBytes) => TakeMember(nameBytes);
}
