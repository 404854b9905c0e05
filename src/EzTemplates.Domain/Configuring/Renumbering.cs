using System.Buffers.Binary;
using System.Collections.Immutable;

namespace EzTemplates.Domain.Configuring;

/// <summary>Gives paths to the numbers that their owners are to have, in place of those that scripts gave them. All at once: two may change places.</summary>
public sealed class Renumbering
{
    // acl(5) as the kernel keeps it (include/uapi/linux/posix_acl_xattr.h): version 2, then tag, permissions and id of each entry, little-endian.
    private const string AclPrefix = "system.posix_acl_";
    private const int AclHeader = 4;
    private const int AclEntry = 8;
    private const ushort NamedUser = 0x02;
    private const ushort NamedGroup = 0x08;

    private readonly Dictionary<uint, uint> _users;
    private readonly Dictionary<uint, uint> _groups;

    /// <param name="rows">As scripts made them, and the numbers that they are to have.</param>
    public Renumbering(IReadOnlyCollection<(LockedId Made, uint Wanted)> rows)
    {
        Dictionary<uint, uint> Of(string kind) => rows.Where(row => row.Made.Kind == kind && row.Made.Number != row.Wanted).ToDictionary(row => row.Made.Number, row => row.Wanted);
        (_users, _groups) = (Of(LockedId.User), Of(LockedId.Group));
    }

    /// <summary>Whether every number is right already.</summary>
    public bool IsNothing => _users.Count == 0 && _groups.Count == 0;

    public uint User(uint number) => _users.GetValueOrDefault(number, number);

    public uint Group(uint number) => _groups.GetValueOrDefault(number, number);

    /// <summary>Owner, group and access control lists; set-id bits stay, unlike with chown(2).</summary>
    public ManifestEntry Apply(ManifestEntry entry)
    {
        ArgumentNullException.ThrowIfNull(entry);
        return entry with
        {
            Uid = User(entry.Uid),
            Gid = Group(entry.Gid),
            Xattrs = entry.Xattrs.Any(attribute => attribute.Name.StartsWith(AclPrefix, StringComparison.Ordinal)) ? [.. entry.Xattrs.Select(Apply)] : entry.Xattrs,
        };
    }

    private ExtendedAttribute Apply(ExtendedAttribute attribute)
    {
        if (!attribute.Name.StartsWith(AclPrefix, StringComparison.Ordinal))
        {
            return attribute;
        }

        var bytes = attribute.Value.ToArray();
        for (var at = AclHeader; at + AclEntry <= bytes.Length; at += AclEntry)
        {
            var id = bytes.AsSpan(at + 4, 4);
            var number = BinaryPrimitives.ReadUInt32LittleEndian(id);
            var tag = BinaryPrimitives.ReadUInt16LittleEndian(bytes.AsSpan(at, 2));
            BinaryPrimitives.WriteUInt32LittleEndian(id, tag == NamedUser ? User(number) : tag == NamedGroup ? Group(number) : number);
        }

        return attribute with { Value = [.. bytes] };
    }
}
