using System.Buffers.Binary;
using System.Globalization;
using EzTemplates.Domain;

namespace EzTemplates.Formats;

/// <summary>
/// A file's capabilities, from the text that packages have (cap_from_text(3)) to the attribute that Linux reads
/// (include/uapi/linux/capability.h, revision 2), as libcap's cap_set_file makes it.
/// </summary>
public static class FileCapabilities
{
    public const string AttributeName = "security.capability";
    private const uint Revision2 = 0x0200_0000;
    private const uint EffectiveFlag = 1;

    private static readonly string[] Names =
    [
        "chown", "dac_override", "dac_read_search", "fowner", "fsetid", "kill", "setgid", "setuid", "setpcap", "linux_immutable",
        "net_bind_service", "net_broadcast", "net_admin", "net_raw", "ipc_lock", "ipc_owner", "sys_module", "sys_rawio", "sys_chroot",
        "sys_ptrace", "sys_pacct", "sys_admin", "sys_boot", "sys_nice", "sys_resource", "sys_time", "sys_tty_config", "mknod", "lease",
        "audit_write", "audit_control", "setfcap", "mac_override", "mac_admin", "syslog", "wake_alarm", "block_suspend", "audit_read",
        "perfmon", "bpf", "checkpoint_restore",
    ];

    /// <summary>Every capability that Linux has had a name for since 5.9; <c>all</c> means these.</summary>
    private static ulong All => (1UL << Names.Length) - 1;

    /// <exception cref="MalformedArchiveException">The text is none that cap_from_text takes, or no file can have these sets.</exception>
    public static ExtendedAttribute ToAttribute(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var sets = new Sets();
        foreach (var clause in text.Split([' ', '\t', '\n'], StringSplitOptions.RemoveEmptyEntries))
        {
            sets = Apply(sets, clause, text);
        }

        // One bit says for all of them whether they are effective.
        if (sets.Effective != 0 && sets.Effective != (sets.Permitted | sets.Inheritable))
        {
            throw Bad(text, "some of them are effective and some are not, which no file can have");
        }

        var value = new byte[20];
        BinaryPrimitives.WriteUInt32LittleEndian(value, Revision2 | (sets.Effective != 0 ? EffectiveFlag : 0));
        BinaryPrimitives.WriteUInt32LittleEndian(value.AsSpan(4), (uint)sets.Permitted);
        BinaryPrimitives.WriteUInt32LittleEndian(value.AsSpan(8), (uint)sets.Inheritable);
        BinaryPrimitives.WriteUInt32LittleEndian(value.AsSpan(12), (uint)(sets.Permitted >> 32));
        BinaryPrimitives.WriteUInt32LittleEndian(value.AsSpan(16), (uint)(sets.Inheritable >> 32));
        return new ExtendedAttribute(AttributeName, [.. value]);
    }

    /// <summary>A list of names, then one or several of <c>=</c>, <c>+</c> and <c>-</c> with letters of sets.</summary>
    private static Sets Apply(Sets sets, string clause, string text)
    {
        var at = clause.IndexOfAny(['=', '+', '-']);
        if (at < 0)
        {
            throw Bad(text, $"`{TreePath.Display(clause)}` has none of =, + and -");
        }

        if (at == 0 && clause[0] != '=')
        {
            throw Bad(text, "an operation other than = has no names before it");
        }

        var mask = at == 0 ? All : Mask(clause[..at], text);
        while (at < clause.Length)
        {
            var sign = clause[at++];
            var end = clause.AsSpan(at).IndexOfAny('=', '+', '-') is >= 0 and var next ? at + next : clause.Length;
            if (sign != '=' && end == at)
            {
                throw Bad(text, $"{sign} has no letters after it");
            }

            sets = Apply(sets, sign, mask, clause.AsSpan(at, end - at), text);
            at = end;
        }

        return sets;
    }

    private static Sets Apply(Sets sets, char sign, ulong mask, ReadOnlySpan<char> letters, string text)
    {
        ulong effective = 0, inheritable = 0, permitted = 0;
        foreach (var letter in letters)
        {
            switch (letter)
            {
                case 'e':
                    effective = mask;
                    break;
                case 'i':
                    inheritable = mask;
                    break;
                case 'p':
                    permitted = mask;
                    break;
                default:
                    throw Bad(text, $"`{TreePath.Display(letter.ToString())}` is none of e, i and p");
            }
        }

        return sign switch
        {
            '-' => new Sets(sets.Effective & ~effective, sets.Inheritable & ~inheritable, sets.Permitted & ~permitted),
            '+' => new Sets(sets.Effective | effective, sets.Inheritable | inheritable, sets.Permitted | permitted),
            _ => new Sets((sets.Effective & ~mask) | effective, (sets.Inheritable & ~mask) | inheritable, (sets.Permitted & ~mask) | permitted),
        };
    }

    private static ulong Mask(string names, string text)
    {
        ulong mask = 0;
        foreach (var name in names.Split(','))
        {
            mask |= name.Equals("all", StringComparison.OrdinalIgnoreCase) ? All : 1UL << Number(name, text);
        }

        return mask;
    }

    private static int Number(string name, string text)
    {
        var known = name.StartsWith("cap_", StringComparison.OrdinalIgnoreCase)
            ? Array.FindIndex(Names, one => name.AsSpan(4).Equals(one, StringComparison.OrdinalIgnoreCase))
            : int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number < 64 ? number : -1;
        return known >= 0 ? known : throw Bad(text, $"`{TreePath.Display(name)}` is no capability");
    }

    private static MalformedArchiveException Bad(string text, string reason) =>
        new($"its {RpmField.FileCapabilities.Name} `{TreePath.Display(text.Length > 200 ? text[..200] : text)}` cannot be: {reason}");

    private readonly record struct Sets(ulong Effective, ulong Inheritable, ulong Permitted);
}
