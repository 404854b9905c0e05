using static EzTemplates.Cli.Tests.Rpm.Shipped.SystemPackages;

namespace EzTemplates.Cli.Tests.Rpm.Shipped;

/// <summary>Rocky Linux 9: users are made by useradd in %pre, and rpm's database lies in /var/lib/rpm.</summary>
internal static class RockyLinux
{
    public static ShippedDistribution Nine { get; } = new()
    {
        Os = "rocky-9",
        OsPackages =
        [
            "basesystem", "bash", "coreutils", "dnf", "filesystem", "glibc", "glibc-common", "glibc-minimal-langpack", "rocky-release", "rocky-repos",
            "rpm", "setup",
        ],
        AppPackages = ["grep", "nginx", "nginx-core", "nginx-filesystem", "shadow-utils", "systemd"],
        Database = "/var/lib/rpm",
        Sources = "etc/yum.repos.d/ez.repo",
        Nginx = ("1.20.1", "1.20.2"),
        System = string.Concat(
            Package("setup", "2.13.7-10.el9", $"{AccountFiles}\n{SetupFiles}", "BuildArch: noarch", """
                %post -n setup -p <lua>
                for _, name in ipairs({"passwd", "shadow", "group", "gshadow"}) do
                  os.remove("/etc/" .. name .. ".rpmnew")
                end
                """),
            Filesystem("3.16-5.el9"),
            Empty("basesystem", "11-13.el9", "BuildArch: noarch\nRequires(pre): filesystem\nRequires(pre): setup"),
            Glibc("2.34-168.el9", "Requires: basesystem\nRequires: glibc-common = 2.34-168.el9\nRequires: glibc-langpack = 2.34-168.el9"),
            Empty("glibc-common", "2.34-168.el9", "Requires: glibc = 2.34-168.el9"),
            Empty("glibc-all-langpacks", "2.34-168.el9", "Provides: glibc-langpack = 2.34-168.el9"),
            Empty("glibc-minimal-langpack", "2.34-168.el9", "Provides: glibc-langpack = 2.34-168.el9\nRequires: glibc-common = 2.34-168.el9"),
            Bash("5.1.8-9.el9"),
            Coreutils("8.32-39.el9"),
            Tool("grep", "3.6-5.el9", "grep"),
            Package("rocky-repos", "9.6-1.el9", "%config(noreplace) /etc/yum.repos.d/rocky.repo\n/etc/pki/rpm-gpg/RPM-GPG-KEY-Rocky-9", "BuildArch: noarch\nRequires: system-release = 9.6"),
            Package(
                "rocky-release", "9.6-1.el9", "/usr/lib/os-release\n/etc/os-release\n/etc/system-release", "BuildArch: noarch\nProvides: system-release = 9.6\nRequires: rocky-repos"),
            RpmTool("4.16.1.3-37.el9", "/var/lib/rpm"),
            Package("dnf", "4.14.0-25.el9", "/usr/bin/dnf\n/usr/bin/dnf-3", "BuildArch: noarch\nRequires: rpm\nRequires: /usr/bin/bash"),
            Shadow("shadow-utils", "4.9-12.el9"),
            Systemd("252-51.el9")),
        Install = Install + "\n" + """
            mkdir -p etc/yum.repos.d etc/pki/rpm-gpg var/lib/rpm
            echo '# of the distribution' >etc/yum.repos.d/rocky.repo
            echo '# a key' >etc/pki/rpm-gpg/RPM-GPG-KEY-Rocky-9
            printf 'ID=rocky\nVERSION_ID=9.6\n' >usr/lib/os-release
            ln -s ../usr/lib/os-release etc/os-release
            echo 'Rocky Linux release 9.6' >etc/system-release
            printf '%%%%_dbpath /var/lib/rpm\n%%%%_db_backend sqlite\n' >usr/lib/rpm/macros
            touch var/lib/rpm/rpmdb.sqlite var/lib/rpm/.rpm.lock
            printf '#!/usr/bin/sh\necho dnf\n' >usr/bin/dnf-3 && chmod 755 usr/bin/dnf-3
            ln -s dnf-3 usr/bin/dnf
            """,
        WebServer = version => string.Concat(
            Package(
                "nginx-filesystem",
                version + "-20.el9",
                WebServerFiles.Folders,
                "BuildArch: noarch\nRequires(pre): shadow-utils\nRequires(pre): grep",
                """
                %pre -n nginx-filesystem
                getent() { grep "^$2:" /etc/$1; }
                getent group nginx >/dev/null || groupadd -r nginx
                getent passwd nginx >/dev/null || useradd -r -d /var/lib/nginx -g nginx -s /sbin/nologin -c "Nginx web server" nginx
                exit 0
                """),
            Package("nginx-core", version + "-20.el9", WebServerFiles.Files, $"Requires: nginx-filesystem = {version}-20.el9\nRequires: coreutils"),
            Package(
                "nginx",
                version + "-20.el9",
                "/usr/share/nginx/html/index.html",
                $"Requires: nginx-core = {version}-20.el9\nRequires(post): systemd\nRequires(preun): systemd\nRequires(postun): systemd",
                """
                %post -n nginx
                if [ $1 -eq 1 ] && [ -x /usr/lib/systemd/systemd-update-helper ]; then
                    /usr/lib/systemd/systemd-update-helper install-system-units nginx.service || :
                fi
                %preun -n nginx
                if [ $1 -eq 0 ] && [ -x /usr/lib/systemd/systemd-update-helper ]; then
                    /usr/lib/systemd/systemd-update-helper remove-system-units nginx.service || :
                fi
                """)),
    };
}
