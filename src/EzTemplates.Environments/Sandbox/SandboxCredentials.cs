using System.Runtime.InteropServices;
using EzTemplates.Domain;
using EzTemplates.Environments.Native;
using EzTemplates.Store;

namespace EzTemplates.Environments;

/// <summary>
/// Gives the sandbox's thread the ids that the command is to have, and limits what its programs can ever gain. The thread itself
/// keeps its capabilities (in its permitted set, which execve(2) takes from a program), for it has to leave the sandbox later.
/// </summary>
internal sealed unsafe class SandboxCredentials(SandboxThread thread, StoreIds ids)
{
    private const int DropFromBounding = 24;
    private const int KeepCapabilities = 8;
    private const int Ambient = 47;
    private const int ClearAllAmbient = 4;
    private const int SetDumpable = 4;
    private const int LastPossible = 63;
    private const uint Version3 = 0x20080522;

    /// <summary>
    /// chown, dac_override, fowner, fsetid, kill, setgid, setuid, setpcap, net_bind_service, net_raw, sys_chroot, mknod, audit_write,
    /// setfcap: the default set of container engines (linux/capability.h has the numbers).
    /// </summary>
    private static readonly int[] ContainerSet = [0, 1, 3, 4, 5, 6, 7, 8, 10, 13, 18, 27, 29, 31];

    private nint _own;

    public void Take(InsideAccount account, SandboxPrivileges privileges)
    {
        RequireIds(account);
        _own = ReadCapabilities();
        if (privileges == SandboxPrivileges.Container)
        {
            for (var capability = 0; capability <= LastPossible; capability++)
            {
                if (!ContainerSet.Contains(capability))
                {
                    thread.May(SystemCallNumber.Prctl, DropFromBounding, capability);
                }
            }
        }

        thread.May(SystemCallNumber.Prctl, Ambient, ClearAllAmbient);
        thread.Native.Queue("limit capabilities", OwnCapabilities(), NativeOutcome.Must);
        thread.Do("keep capabilities", SystemCallNumber.Prctl, KeepCapabilities, 1);
        SetGroups(account);
        thread.Do("set the group", SystemCallNumber.SetResGid, (nint)account.Gid, (nint)account.Gid, (nint)account.Gid);
        thread.Do("set the user", SystemCallNumber.SetResUid, (nint)account.Uid, (nint)account.Uid, (nint)account.Uid);
    }

    private void RequireIds(InsideAccount account)
    {
        if (!ids.HasUser(account.Uid) || !ids.HasGroup(account.Gid))
        {
            throw new EzException(
                FailureKind.Environment,
                $"cannot run as `{account.Name}` ({account.Uid}:{account.Gid}): the store of an ordinary user has {(ids is StoreIds.One ? "one id, which is 0" : "fewer ids")}",
                "ids come from /etc/subuid and /etc/subgid, through newuidmap, when a store is made: ez doctor");
        }
    }

    /// <summary>Where there is one id, the kernel lets nobody set groups: the command keeps those that `ez` was started with.</summary>
    private void SetGroups(InsideAccount account)
    {
        if (ids is StoreIds.One)
        {
            return;
        }

        uint[] known = [.. account.Groups.Where(ids.HasGroup)];
        var groups = thread.Text.Block(Math.Max(1, known.Length) * sizeof(uint));
        known.CopyTo(new Span<uint>((void*)groups, known.Length));
        thread.Do("set the groups", SystemCallNumber.SetGroups, known.Length, groups);
    }

    /// <summary>Makes the thread able again to leave its namespaces. It stays who it is; it has nothing more to do with files.</summary>
    public void Regain()
    {
        if (_own != 0)
        {
            thread.Native.Queue("", OwnCapabilities(), NativeOutcome.Ignored);

            // A change of ids makes the kernel hide all of this process's /proc from its user.
            thread.May(SystemCallNumber.Prctl, SetDumpable, 1);
        }
    }

    /// <returns>struct __user_cap_data_struct[2]: effective, permitted, inheritable; twice.</returns>
    private nint ReadCapabilities()
    {
        var data = thread.Text.Block(24);
        SandboxThread.Must("read capabilities", thread.Native.System(SystemCallNumber.CapGet, Header(), data));
        return data;
    }

    /// <summary>All that the thread had, effective too, and nothing inheritable.</summary>
    private NativeCall OwnCapabilities()
    {
        var data = thread.Text.Block(24);
        NativeMemory.Copy((void*)_own, (void*)data, 24);
        var words = (uint*)data;
        (words[0], words[2], words[3], words[5]) = (words[1], 0, words[4], 0);
        return NativeThread.SystemCallOf(SystemCallNumber.CapSet, Header(), data);
    }

    private nint Header()
    {
        var header = thread.Text.Block(8);
        *(uint*)header = Version3;
        return header;
    }
}
