using System.Diagnostics;
using System.Globalization;
using System.Text;
using EzTemplates.Domain;
using EzTemplates.Store;
using EzTemplates.Store.Native;

namespace EzTemplates.Environments;

/// <summary>Makes a user namespace with a mount namespace, and maps the ids of a store into it (user_namespaces(7)).</summary>
internal static class NewNamespaces
{
    /// <exception cref="EzException">Environment: the kernel or the machine does not allow it.</exception>
    public static NamespacePair Make(StoreIds ids)
    {
        // unshare(CLONE_NEWUSER) is refused to a process with threads, which each .NET process has. What is mounted on the host later
        // shows inside, and what is unmounted there is let go of; nothing goes the other way.
        using var first = Start("unshare", ["--user", "--mount", "--propagation", "slave", "cat"]);
        try
        {
            AwaitNamespaces(first);
            Map(first.Id, ids);
            return NamespacePair.TryOpen(first.Id) ?? throw new EzException(FailureKind.Environment, "a user namespace was made and is gone again", "run the same command again");
        }
        finally
        {
            End(first);
        }
    }

    /// <summary>It answers once it runs, and it runs once the namespaces are made.</summary>
    private static void AwaitNamespaces(Process first)
    {
        Say(first, input =>
        {
            input.WriteLine();
            input.Flush();
        });
        if (first.StandardOutput.ReadLine() is null)
        {
            throw UserNamespaces.Refused(first.StandardError.ReadToEnd().Trim());
        }
    }

    private static void End(Process first)
    {
        Say(first, input => input.Dispose());
        first.WaitForExit();
    }

    /// <summary>One that has ended hears nothing, and its error says why.</summary>
    private static void Say(Process first, Action<StreamWriter> act)
    {
        try
        {
            act(first.StandardInput);
        }
        catch (IOException)
        {
        }
    }

    private static void Map(int pid, StoreIds ids)
    {
        if (ids is StoreIds.Granted granted)
        {
            MapRange("newuidmap", "/etc/subuid", pid, Libc.EffectiveUserId, granted.Users);
            MapRange("newgidmap", "/etc/subgid", pid, Libc.EffectiveGroupId, granted.Groups);
            return;
        }

        // Who may map one group only has to give up setgroups(2) before.
        Write(pid, "setgroups", "deny");
        Write(pid, "uid_map", string.Create(CultureInfo.InvariantCulture, $"0 {Libc.EffectiveUserId} 1"));
        Write(pid, "gid_map", string.Create(CultureInfo.InvariantCulture, $"0 {Libc.EffectiveGroupId} 1"));
    }

    private static void MapRange(string tool, string file, int pid, uint own, IdRange range)
    {
        string[] numbers = [.. ((uint[])[(uint)pid, 0, own, 1, 1, range.First, range.Count]).Select(number => number.ToString(CultureInfo.InvariantCulture))];
        using var mapping = Start(tool, numbers);
        mapping.StandardInput.Close();
        var said = mapping.StandardError.ReadToEnd().Trim();
        mapping.WaitForExit();
        if (mapping.ExitCode != 0)
        {
            throw new EzException(
                FailureKind.Environment,
                $"cannot map the ids {range.First} to {(ulong)range.First + range.Count - 1}, which this store was made with: {said}",
                $"`{file}` must give them to this user: ez doctor");
        }
    }

    private static void Write(int pid, string name, string text)
    {
        using var file = Libc.Open(null, string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/{name}"), OpenFlags.Write);
        Libc.Write(file, Encoding.ASCII.GetBytes(text));
    }

    private static Process Start(string tool, IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo(UserNamespaces.RequireTool(tool), arguments) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };

        // Its words are looked into.
        start.Environment["LC_ALL"] = "C";
        return Process.Start(start)!;
    }
}
