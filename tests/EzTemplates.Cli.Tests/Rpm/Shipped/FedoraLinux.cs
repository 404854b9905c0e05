using System.Text;
using static EzTemplates.Cli.Tests.Rpm.Shipped.SystemPackages;

namespace EzTemplates.Cli.Tests.Rpm.Shipped;

/// <summary>
/// Fedora: users are declared by sysusers.d and by what packages provide, /usr/sbin is /usr/bin, and rpm's database lies in /usr.
/// </summary>
internal static class FedoraLinux
{
    private const string Database = "/usr/lib/sysimage/rpm";

    public static ShippedDistribution FortyFour { get; } = new()
    {
        Os = "fedora-44",
        OsPackages =
        [
            "basesystem", "bash", "coreutils", "dnf5", "fedora-release-common", "fedora-release-container", "fedora-repos", "filesystem", "glibc", "glibc-common",
            "glibc-minimal-langpack", "libdnf5", "rpm", "setup",
        ],
        AppPackages = ["grep", "nginx", "nginx-core", "nginx-filesystem", "systemd"],
        Database = Database,
        Sources = "etc/yum.repos.d/ez.repo",
        Nginx = ("1.28.0", "1.28.1"),
        System = string.Concat(
            Package("setup", "2.15.0-27.fc44", $"{AccountFiles}\n{SetupFiles}", $"BuildArch: noarch\nProvides: user(root) = {Declared("u root 0:0 \"Super User\" /root /bin/bash")}\nProvides: group(root) = {Declared("g root 0")}"),
            Filesystem("3.18-47.fc44", "/usr/sbin", "posix.symlink(\"bin\", \"/usr/sbin\")"),
            Empty("basesystem", "11-23.fc44", "BuildArch: noarch\nRequires(pre): filesystem\nRequires(pre): setup"),
            Glibc("2.43-1.fc44", "Requires: basesystem\nRequires: glibc-common = 2.43-1.fc44\nRequires: glibc-langpack = 2.43-1.fc44"),
            Empty("glibc-common", "2.43-1.fc44", "Requires: glibc = 2.43-1.fc44"),
            Empty("glibc-all-langpacks", "2.43-1.fc44", "Provides: glibc-langpack = 2.43-1.fc44"),
            Empty("glibc-minimal-langpack", "2.43-1.fc44", "Provides: glibc-langpack = 2.43-1.fc44\nRequires: glibc-common = 2.43-1.fc44"),
            Bash("5.3.9-3.fc44"),
            Coreutils("9.10-2.fc44"),
            Tool("grep", "3.12-3.fc44", "grep"),
            Package("fedora-repos", "44-1", "%config(noreplace) /etc/yum.repos.d/fedora.repo\n/etc/pki/rpm-gpg/RPM-GPG-KEY-fedora-44-primary", "BuildArch: noarch\nRequires: system-release(44)"),
            Package("fedora-release-common", "44-1", "/usr/lib/os-release\n/etc/os-release\n%dir /usr/lib/systemd/system-preset\n/usr/lib/systemd/system-preset/90-default.preset", "BuildArch: noarch\nRequires: fedora-repos"),
            Empty("fedora-release-container", "44-1", "BuildArch: noarch\nProvides: system-release\nProvides: system-release(44)\nRequires: fedora-release-common = 44-1"),
            Empty("fedora-release-server", "44-1", "BuildArch: noarch\nProvides: system-release\nProvides: system-release(44)\nRequires: fedora-release-common = 44-1\nConflicts: fedora-release-container"),
            RpmTool("6.0.1-1.fc44", Database, "/var/lib/rpm"),
            Package("libdnf5", "5.4.0-1.fc44", "%dir /usr/lib/sysimage/libdnf5\n%ghost %config(noreplace) /usr/lib/sysimage/libdnf5/packages.toml", "Requires: rpm"),
            Package("dnf5", "5.4.0-1.fc44", "/usr/bin/dnf5\n/usr/bin/dnf", "Requires: libdnf5 = 5.4.0-1.fc44\nRequires: bash"),
            Systemd("259-1.fc44")).Replace("/usr/sbin/", "/usr/bin/", StringComparison.Ordinal),
        Prepare = "rmdir usr/sbin && ln -s bin usr/sbin\n",
        Install = Install + "\n" + $"""
            mkdir -p etc/yum.repos.d etc/pki/rpm-gpg var/lib .{Database} usr/lib/sysimage/libdnf5 usr/lib/systemd/system-preset
            echo '# of the distribution' >etc/yum.repos.d/fedora.repo
            echo '# a key' >etc/pki/rpm-gpg/RPM-GPG-KEY-fedora-44-primary
            printf 'ID=fedora\nVERSION_ID=44\n' >usr/lib/os-release
            ln -s ../usr/lib/os-release etc/os-release
            echo 'disable *' >usr/lib/systemd/system-preset/90-default.preset
            printf '%%%%_dbpath %%%%{"{_usr}"}/lib/sysimage/rpm\n%%%%_db_backend sqlite\n' >usr/lib/rpm/macros
            touch .{Database}/rpmdb.sqlite .{Database}/.rpm.lock usr/lib/sysimage/libdnf5/packages.toml
            ln -s ../..{Database} var/lib/rpm
            printf '#!/usr/bin/sh\necho dnf5\n' >usr/bin/dnf5 && chmod 755 usr/bin/dnf5
            ln -s dnf5 usr/bin/dnf
            """,
        WebServer = version => string.Concat(
            Package(
                "nginx-filesystem",
                version + "-1.fc44",
                $"{WebServerFiles.Folders}\n/usr/lib/sysusers.d/nginx.conf",
                $"BuildArch: noarch\nProvides: user(nginx) = {Declared("u nginx - \"Nginx web server\" /var/lib/nginx")}\nProvides: group(nginx)"),
            Package("nginx-core", version + "-1.fc44", WebServerFiles.Files, $"Requires: nginx-filesystem = {version}-1.fc44\nRequires: user(nginx)\nRequires: coreutils"),
            Package(
                "nginx",
                version + "-1.fc44",
                "/usr/share/nginx/html/index.html",
                $"Requires: nginx-core = {version}-1.fc44\nRequires(post): systemd",
                """
                %post -n nginx
                if [ $1 -eq 1 ] && [ -x "/usr/lib/systemd/systemd-update-helper" ]; then
                    /usr/lib/systemd/systemd-update-helper install-system-units nginx.service || :
                fi
                """)).Replace("/usr/sbin/", "/usr/bin/", StringComparison.Ordinal),
    };

    /// <summary>A line of sysusers.d as rpm's generator provides it, filled up with NULs.</summary>
    private static string Declared(string line) => Convert.ToBase64String(Encoding.ASCII.GetBytes(line.PadRight((line.Length + 2) / 3 * 3, '\0')));
}
