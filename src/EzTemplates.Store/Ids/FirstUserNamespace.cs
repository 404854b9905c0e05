namespace EzTemplates.Store;

/// <summary>The machine's own user namespace, which maps every id to itself (user_namespaces(7)): root of another one has few ids, and may do less.</summary>
public static class FirstUserNamespace
{
    /// <summary>Whether this process is in it.</summary>
    public static bool IsOurs =>
        File.ReadAllText("/proc/self/uid_map").Split([' ', '\n'], StringSplitOptions.RemoveEmptyEntries) is ["0", "0", "4294967295"];
}
