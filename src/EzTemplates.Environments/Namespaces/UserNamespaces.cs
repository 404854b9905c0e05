using EzTemplates.Domain;
using EzTemplates.Store;

namespace EzTemplates.Environments;

/// <summary>Whether this machine lets ordinary users make user namespaces, and how it is told to.</summary>
public static class UserNamespaces
{
    private const string Most = "/proc/sys/user/max_user_namespaces";
    private const string OfDebian = "/proc/sys/kernel/unprivileged_userns_clone";
    private const string OfAppArmor = "/proc/sys/kernel/apparmor_restrict_unprivileged_userns";

    /// <summary>The setting that forbids them and the command that changes it; null where none does.</summary>
    /// <param name="root">The file system's root; tests give their own.</param>
    public static (string Why, string Hint)? Forbidden(string root = "/")
    {
        string? Read(string file) => File.Exists(root + file) ? File.ReadAllText(root + file).Trim() : null;
        if (!Directory.Exists(root + "/proc/self/ns") || !File.Exists(root + "/proc/self/ns/user"))
        {
            return ("this kernel has no user namespaces", "boot a kernel with CONFIG_USER_NS, or run as root");
        }

        return (Read(Most), Read(OfDebian), Read(OfAppArmor)) switch
        {
            ("0", _, _) => ("user.max_user_namespaces is 0", "as root: sysctl user.max_user_namespaces=10000"),
            (_, "0", _) => ("kernel.unprivileged_userns_clone is 0", "as root: sysctl kernel.unprivileged_userns_clone=1"),
            (_, _, "1") => ("AppArmor restricts user namespaces (kernel.apparmor_restrict_unprivileged_userns is 1)", "as root: sysctl kernel.apparmor_restrict_unprivileged_userns=0"),
            _ => null,
        };
    }

    internal static EzException Refused(string said)
    {
        var (why, hint) = Forbidden() ?? (said, "ez doctor says what is missing; or run as root, in a store of root's");
        return new EzException(FailureKind.Environment, $"an ordinary user's environments need a user namespace, and none can be made: {why}", hint);
    }

    internal static string RequireTool(string name) => HostTool.Find(name) ?? throw new EzException(
        FailureKind.Environment,
        $"there is no program `{name}`, and an ordinary user's environments need it",
        $"as root: apt-get install {(SubordinateIds.Tools.Contains(name) ? "uidmap" : "util-linux")}");
}
