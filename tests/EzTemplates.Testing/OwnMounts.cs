namespace EzTemplates.Testing;

/// <summary>
/// A command in a mount namespace of its own. Such a one starts with copies of all mounts, and would hold the views that tests beside it
/// have mounted; so it lets go of all views first, at once: with a step for each of hundreds of mounts, a slow machine takes longer than anybody waits for them.
/// </summary>
public static class OwnMounts
{
    /// <param name="command">What is run, in the end by its own name and process.</param>
    /// <param name="prepare">Shell commands that come before it.</param>
    /// <param name="keep">The store whose views it keeps; null keeps none.</param>
    public static ToolCommand Of(ToolCommand command, string prepare, string? keep = null)
    {
        ArgumentNullException.ThrowIfNull(command);
        var letGoOfViews = $$"""
            views=$(awk -v keep='{{keep ?? "(none)"}}/' '$5 ~ "/environments/[^/]*/root$" && index($5, keep) != 1 { print $5 }' /proc/self/mountinfo)
            [ -z "$views" ] || umount --lazy $views
            """;
        return command with
        {
            File = "unshare",
            Arguments = ["--mount", "sh", "-c", $"{letGoOfViews}\n{prepare} && exec \"$0\" \"$@\"", command.File, .. command.Arguments],
        };
    }
}
